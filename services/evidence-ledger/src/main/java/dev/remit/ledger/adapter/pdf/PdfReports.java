package dev.remit.ledger.adapter.pdf;

import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.application.Reports;
import dev.remit.ledger.certificate.PackReport;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;

/**
 * Reports as PDF on A4, in one embedded font, so that they look the same everywhere. Without times
 * and random ids. A character that the font lacks (it has Latin, Greek and Cyrillic ones) is
 * printed as a question mark.
 */
@Singleton
public class PdfReports implements Reports {
    /** PDFBox brings it along, for standard fonts that a reader lacks. */
    private static final String FONT =
            "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";

    @Override
    public byte[] printed(PackReport report) {
        try (PDDocument document = new PDDocument();
                InputStream font =
                        Objects.requireNonNull(PDDocument.class.getResourceAsStream(FONT));
                TrueTypeFont glyphs = new TTFParser().parse(new RandomAccessReadBuffer(font))) {
            document.setDocumentId(
                    ByteBuffer.wrap(
                                    Hash.sha256(report.toString().getBytes(StandardCharsets.UTF_8))
                                            .bytes())
                            .getLong());
            document.getDocumentInformation().setTitle(report.title());
            document.getDocumentInformation().setProducer("Remit");
            document.getDocumentCatalog().setLanguage("en");
            Paper paper =
                    new Paper(
                            document,
                            PDType0Font.load(document, glyphs, true),
                            glyphs.getUnicodeCmapLookup());
            paper.write(report);
            var bytes = new ByteArrayOutputStream();
            document.save(bytes);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("the report is not printed", e);
        }
    }

    /** Pages that fill from above. Lengths are in points, a 72nd of an inch. */
    private static final class Paper {
        private static final float MARGIN = 42;
        private static final float WIDTH = PDRectangle.A4.getWidth() - 2 * MARGIN;
        private static final float TITLE = 18;
        private static final float HEADING = 12;
        private static final float TEXT = 9;
        private static final float CELL = 7;
        private static final float LEADING = 1.3f;
        private static final float GAP = 4;
        private static final float GREY = 0.45f;

        private final PDDocument document;
        private final PDFont font;
        private final CmapLookup known;
        private final Map<Integer, Float> widths = new HashMap<>();
        private final List<PDPage> pages = new ArrayList<>();
        private PDPageContentStream content;
        private float left;

        Paper(PDDocument document, PDFont font, CmapLookup known) throws IOException {
            this.document = document;
            this.font = font;
            this.known = known;
            this.content = page();
        }

        private PDPageContentStream page() throws IOException {
            PDPage page = new PDPage(PDRectangle.A4);
            document.addPage(page);
            pages.add(page);
            left = PDRectangle.A4.getHeight() - MARGIN;
            return new PDPageContentStream(document, page);
        }

        private void turn() throws IOException {
            content.close();
            content = page();
        }

        void write(PackReport report) throws IOException {
            paragraph(report.title(), TITLE);
            for (PackReport.Section section : report.sections()) {
                // a heading does not stand alone at the foot of a page
                room(HEADING * 6);
                left -= HEADING;
                paragraph(section.heading(), HEADING);
                for (String line : section.lines()) {
                    paragraph(line, TEXT);
                }
                if (!section.table().rows().isEmpty()) {
                    left -= GAP;
                    table(section.table());
                }
            }
            content.close();
            number(report.title());
        }

        private void paragraph(String text, float size) throws IOException {
            for (String line : lines(text, size, WIDTH)) {
                room(size * LEADING);
                left -= size * LEADING;
                show(line, size, MARGIN, left, 0);
            }
        }

        private void table(PackReport.Table table) throws IOException {
            boolean headed = table.heads().stream().anyMatch(each -> !each.isEmpty());
            if (headed) {
                row(table, table.heads(), GREY);
            }
            for (List<String> row : table.rows()) {
                if (!fits(height(table, row))) {
                    turn();
                    if (headed) {
                        row(table, table.heads(), GREY);
                    }
                }
                row(table, row, 0);
            }
        }

        private float height(PackReport.Table table, List<String> row) throws IOException {
            int most = 1;
            for (int n = 0; n < row.size(); n++) {
                most = Math.max(most, lines(row.get(n), CELL, width(table, n)).size());
            }
            return most * CELL * LEADING + GAP;
        }

        /** Between two rules; one taller than a page goes on on the next. */
        private void row(PackReport.Table table, List<String> row, float grey) throws IOException {
            List<List<String>> cells = new ArrayList<>();
            int most = 1;
            for (int n = 0; n < row.size(); n++) {
                List<String> lines = lines(row.get(n), CELL, width(table, n));
                cells.add(lines);
                most = Math.max(most, lines.size());
            }
            for (int line = 0; line < most; line++) {
                room(CELL * LEADING);
                left -= CELL * LEADING;
                float at = MARGIN;
                for (int n = 0; n < cells.size(); n++) {
                    if (line < cells.get(n).size()) {
                        show(cells.get(n).get(line), CELL, at, left, grey);
                    }
                    at += width(table, n) + GAP;
                }
            }
            left -= GAP / 2;
            content.setStrokingColor(0.8f);
            content.setLineWidth(0.4f);
            content.moveTo(MARGIN, left);
            content.lineTo(MARGIN + WIDTH, left);
            content.stroke();
            left -= GAP / 2;
        }

        private static float width(PackReport.Table table, int column) {
            return WIDTH * table.widths().get(column) / 100 - GAP;
        }

        private boolean fits(float height) {
            return left - height >= MARGIN;
        }

        private void room(float height) throws IOException {
            if (!fits(height)) {
                turn();
            }
        }

        /** The lines that a text takes; what has no space is broken where it must. */
        private List<String> lines(String text, float size, float width) throws IOException {
            List<String> lines = new ArrayList<>();
            StringBuilder line = new StringBuilder();
            float taken = 0;
            for (String word : printable(text).split(" ", -1)) {
                float needs = length(word, size);
                if (taken > 0 && taken + length(" ", size) + needs > width) {
                    lines.add(line.toString());
                    line.setLength(0);
                    taken = 0;
                }
                if (taken > 0) {
                    line.append(' ');
                    taken += length(" ", size);
                }
                for (int point : word.codePoints().toArray()) {
                    float one = length(Character.toString(point), size);
                    if (taken + one > width && taken > 0) {
                        lines.add(line.toString());
                        line.setLength(0);
                        taken = 0;
                    }
                    line.appendCodePoint(point);
                    taken += one;
                }
            }
            lines.add(line.toString());
            return lines;
        }

        private String printable(String text) {
            StringBuilder printable = new StringBuilder();
            text.codePoints()
                    .map(each -> Character.isWhitespace(each) ? ' ' : each)
                    .map(each -> known.getGlyphId(each) == 0 ? '?' : each)
                    .forEach(printable::appendCodePoint);
            return printable.toString();
        }

        private float length(String text, float size) throws IOException {
            float length = 0;
            for (int point : text.codePoints().toArray()) {
                Float width = widths.get(point);
                if (width == null) {
                    width = font.getStringWidth(Character.toString(point)) / 1000;
                    widths.put(point, width);
                }
                length += width * size;
            }
            return length;
        }

        private void show(String text, float size, float x, float y, float grey)
                throws IOException {
            show(content, text, size, x, y, grey);
        }

        private void show(
                PDPageContentStream to, String text, float size, float x, float y, float grey)
                throws IOException {
            to.beginText();
            to.setNonStrokingColor(grey);
            to.setFont(font, size);
            to.newLineAtOffset(x, y);
            to.showText(text);
            to.endText();
        }

        /** At the foot of each page, once it is known how many there are. */
        private void number(String title) throws IOException {
            for (int n = 0; n < pages.size(); n++) {
                try (PDPageContentStream foot =
                        new PDPageContentStream(
                                document,
                                pages.get(n),
                                PDPageContentStream.AppendMode.APPEND,
                                true,
                                true)) {
                    show(
                            foot,
                            printable(title) + ", page " + (n + 1) + " of " + pages.size(),
                            CELL,
                            MARGIN,
                            MARGIN / 2,
                            GREY);
                }
            }
        }
    }
}
