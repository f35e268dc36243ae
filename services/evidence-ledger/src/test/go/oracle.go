// Checks a served log with golang.org/x/mod/sumdb's note and tlog: code that shares nothing with ours.
//
//	go run oracle.go DIR
//
// DIR holds vkey, checkpoint, older (an earlier checkpoint), consistency (hashes, a line each), and
// for each n in leaves/ the leaf's bytes and in proofs/ its .tlog-proof.
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Println("REFUSED:", err)
		os.Exit(1)
	}
}

func read(parts ...string) string {
	bytes, err := os.ReadFile(filepath.Join(parts...))
	must(err)
	return string(bytes)
}

func tree(verifier note.Verifier, text string) tlog.Tree {
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: root}
}

func hashes(lines []string) []tlog.Hash {
	var all []tlog.Hash
	for _, line := range lines {
		bytes, err := base64.StdEncoding.DecodeString(line)
		must(err)
		var hash tlog.Hash
		copy(hash[:], bytes)
		all = append(all, hash)
	}
	return all
}

func main() {
	dir := os.Args[1]
	verifier, err := note.NewVerifier(strings.TrimSpace(read(dir, "vkey")))
	must(err)
	newer := tree(verifier, read(dir, "checkpoint"))
	older := tree(verifier, read(dir, "older"))
	must(tlog.CheckTree(
		hashes(strings.Fields(read(dir, "consistency"))), newer.N, newer.Hash, older.N, older.Hash))
	proofs, err := os.ReadDir(filepath.Join(dir, "proofs"))
	must(err)
	for _, each := range proofs {
		text := read(dir, "proofs", each.Name())
		blank := strings.Index(text, "\n\n")
		head := strings.Split(text[:blank], "\n")
		if head[0] != "c2sp.org/tlog-proof@v1" {
			must(fmt.Errorf("%s: not a tlog-proof", each.Name()))
		}
		index, err := strconv.ParseInt(strings.TrimPrefix(head[1], "index "), 10, 64)
		must(err)
		state := tree(verifier, text[blank+2:])
		leaf := tlog.RecordHash([]byte(read(dir, "leaves", each.Name())))
		must(tlog.CheckRecord(hashes(head[2:]), state.N, state.Hash, index, leaf))
	}
	fmt.Printf("ACCEPTED: %d proofs, size %d extends %d\n", len(proofs), newer.N, older.N)
}
