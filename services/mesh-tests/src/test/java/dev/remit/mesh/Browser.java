package dev.remit.mesh;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.WebDriverWait;
import org.openqa.selenium.virtualauthenticator.VirtualAuthenticatorOptions;

/**
 * A person's browser: Chromium without a window, with an authenticator of its own (WebAuthn Level
 * 3, 11).
 */
final class Browser implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ChromeDriver driver;
    private final WebDriverWait wait;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
        this.wait = new WebDriverWait(driver, PATIENCE);
        wait.ignoring(StaleElementReferenceException.class);
    }

    /** Where Chromium and its driver are, if both are here. */
    static boolean isThere() {
        return find("chromium").isPresent() && find("chromedriver").isPresent();
    }

    /** A fresh one: nobody is signed in, and its authenticator has no passkey. */
    static Browser open() {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(find("chromium").orElseThrow().toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--window-size=1280,1000");
        ChromeDriver driver =
                new ChromeDriver(
                        new ChromeDriverService.Builder()
                                .usingDriverExecutable(find("chromedriver").orElseThrow().toFile())
                                .usingAnyFreePort()
                                .build(),
                        options);
        driver.addVirtualAuthenticator(
                new VirtualAuthenticatorOptions()
                        .setProtocol(VirtualAuthenticatorOptions.Protocol.CTAP2)
                        .setTransport(VirtualAuthenticatorOptions.Transport.INTERNAL)
                        .setHasResidentKey(true)
                        .setHasUserVerification(true)
                        .setIsUserVerified(true));
        return new Browser(driver);
    }

    /** Opens a page of ours and signs in where the identity provider asks for it. */
    void signIn(String url, String username, String password) {
        driver.get(url);
        see("#username").sendKeys(username);
        see("#password").sendKeys(password);
        see("#kc-login").click();
        wait.until(ExpectedConditions.textToBePresentInElementLocated(By.id("who"), username));
    }

    /** Signs in once more, where it is known who: by password, then by a one-time code. */
    void signInAgain(String password, String code) {
        see("#password").sendKeys(password);
        see("#kc-login").click();
        see("#otp").sendKeys(code);
        see("#kc-login").click();
    }

    /** Clicks on what a selector finds, once more where the page was just drawn anew. */
    void click(String selector) {
        wait.until(at -> {
            WebElement found =
                    ExpectedConditions.elementToBeClickable(By.cssSelector(selector)).apply(at);
            if (found != null) {
                found.click();
            }
            return found != null;
        });
    }

    /** Writes into a field, once more where the page was just drawn anew. */
    void write(String selector, String text) {
        wait.until(at -> {
            WebElement field =
                    ExpectedConditions.visibilityOfElementLocated(By.cssSelector(selector))
                            .apply(at);
            if (field == null) {
                return false;
            }
            field.clear();
            field.sendKeys(text);
            return text.equals(field.getDomProperty("value"));
        });
    }

    /** Waits until an element says so. */
    void reads(String selector, String text) {
        wait.until(
                ExpectedConditions.textToBePresentInElementLocated(By.cssSelector(selector), text));
    }

    /** What has been written into a field, once it is so. */
    void holds(String selector, String text) {
        wait.until(ExpectedConditions.attributeToBe(By.cssSelector(selector), "value", text));
    }

    /** What all elements that a selector finds say. */
    List<String> texts(String selector) {
        return driver.findElements(By.cssSelector(selector)).stream()
                .map(WebElement::getText)
                .toList();
    }

    private WebElement see(String selector) {
        return wait.until(ExpectedConditions.visibilityOfElementLocated(By.cssSelector(selector)));
    }

    @Override
    public void close() {
        driver.quit();
    }

    private static Optional<Path> find(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
