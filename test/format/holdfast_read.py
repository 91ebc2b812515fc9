"""Reads a Holdfast vault. Written from docs/format.md alone; shares nothing with Holdfast.

    holdfast_read.py [--zstd COMMAND] list|verify VAULT
    holdfast_read.py [--zstd COMMAND] files VAULT SNAPSHOT
    holdfast_read.py [--zstd COMMAND] extract VAULT SNAPSHOT DIRECTORY

VAULT is the directory `.holdfast`, SNAPSHOT an id or its beginning. COMMAND decompresses zstd from its input to its
output (default: `zstd -dc`). Answers are JSON; the exit status of a damaged vault is 5.
"""
import argparse
import hashlib
import json
import os
import pathlib
import posixpath
import re
import shlex
import struct
import subprocess
import sys
import zlib

CHUNK, PACK_MAGIC, INDEX_MAGIC = 1048576, b"holdfast-pack-1\n", b"holdfast-index2\n"
RECORDS = {  # below the vault: pattern, key of the body
    "vault.json": "vault", "backups.json": "backupDirectories",
    "snapshots/*.json": "snapshot", "trash/*.json": "snapshot",
    "labels/*.json": "labels", "marks/*.json": "mark", "plans/*.json": "plan", "migrations/*.json": "migration",
    "sessions/*/*.json": "version", "visits/*.json": "visit", "audit/*.json": "entry",
}


class Damaged(Exception):
    pass


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def read_bytes(path):
    return pathlib.Path(path).read_bytes()


def files_like(vault, pattern):
    """The files that a pattern of RECORDS names, as paths below the vault."""
    return sorted(str(path.relative_to(vault)) for path in pathlib.Path(vault).glob(pattern))


def read_record(path, kind):
    data = read_bytes(path)
    head, tail = data[:-78], data[-78:]
    if tail != b',"digest":"' + sha256(head).encode() + b'"}\n':
        raise Damaged(f"{path}: the digest does not fit")
    envelope = json.loads(head + b"}")
    if envelope.get("schemaVersion") != 1 or kind not in envelope:
        raise Damaged(f"{path}: not a record {kind} of version 1")
    return envelope[kind]


def decompress(codec, payload, zstd):
    if codec == 0:
        return payload
    if codec == 2:
        return zlib.decompress(payload)
    if codec != 1:
        raise Damaged(f"codec {codec} is unknown")
    return subprocess.run(zstd, input=payload, stdout=subprocess.PIPE, check=True).stdout


class Packs:
    """The objects of a vault, by id."""

    def __init__(self, vault, zstd):
        self.vault, self.zstd, self.places, self.kept = vault, zstd, {}, {}
        packs = files_like(vault, "packs/*.pack")
        self.names = [path[6:70] for path in packs if re.fullmatch(r"packs.[0-9a-f]{64}\.pack", path)]
        for name in self.names:
            for entry in self.index_of(name) or self.scan(name):
                self.places.setdefault(entry[0], (name, *entry[1:]))

    def index_of(self, name):
        """Of each object its id, the offset of its block, its offset in that and its length; None without an index."""
        path = pathlib.Path(self.vault, "index", name + ".idx")
        data = path.read_bytes() if path.exists() else b""
        if data[:16] != INDEX_MAGIC or hashlib.sha256(data[:-32]).digest() != data[-32:]:
            return None
        raw, entries, offset, end = decompress(data[16], data[21:-32], self.zstd), [], 0, 0
        count = len(raw) // 44
        for at, row in enumerate(zip(*(struct.unpack_from(f"<{count}I", raw, count * part) for part in (32, 36, 40)))):
            offset, end = (offset + row[0]) % 2**32, (end + row[1]) % 2**32 + row[2]
            entries.append((raw[32 * at:32 * at + 32].hex(), offset, end - row[2], row[2]))
        return entries

    def block_at(self, file, offset):
        """The decompressed payload, the lengths of the objects in it, and the offset of the next block."""
        file.seek(offset)
        magic, codec, zeros, stored, raw_length, count = struct.unpack("<4sB3sIII", file.read(20))
        payload = file.read(stored)
        if magic != b"HFB1" or zeros != b"\0\0\0" or len(payload) != stored:
            raise Damaged(f"{file.name}: there is no whole block at {offset}")
        raw = decompress(codec, payload, self.zstd)
        lengths = struct.unpack_from(f"<{count}I", raw)
        if len(raw) != raw_length or 4 * count + sum(lengths) != raw_length:
            raise Damaged(f"{file.name}: the block at {offset} has other lengths than it says")
        return raw, lengths, offset + 20 + stored

    def scan(self, name):
        """As index_of, from the pack itself."""
        entries, path = [], os.path.join(self.vault, "packs", name + ".pack")
        with open(path, "rb") as file:
            if file.read(16) != PACK_MAGIC:
                raise Damaged(f"{path}: not a pack")
            offset, end = 16, os.path.getsize(path)
            while offset < end:
                raw, lengths, following = self.block_at(file, offset)
                at = 4 * len(lengths)
                for length in lengths:
                    entries.append((sha256(raw[at:at + length]), offset, at, length))
                    at += length
                offset = following
        return entries

    def get(self, identity):
        if identity not in self.places:
            raise Damaged(f"object {identity} is missing")
        name, offset, at, length = self.places[identity]
        if (name, offset) not in self.kept:
            with open(os.path.join(self.vault, "packs", name + ".pack"), "rb") as file:
                self.kept = {(name, offset): self.block_at(file, offset)[0]}
        data = self.kept[name, offset][at:at + length]
        if sha256(data) != identity:
            raise Damaged(f"object {identity} is damaged")
        return data

    def tree(self, identity):
        tree = json.loads(self.get(identity))
        names = [entry["name"] for entry in tree["entries"]]
        keys = [name.encode("utf-16-be", "surrogatepass") for name in names]
        impossible = any(name in ("", ".", "..") or re.search("[/\0]", name) for name in names)
        if tree["tree"] != 1 or impossible or any(one >= other for one, other in zip(keys, keys[1:])):
            raise Damaged(f"tree {identity} is none")
        return tree["entries"]

    def walk(self, identity, parent=""):
        """Each entry below a tree with its path; a directory before what is in it. Then `sameAs` is such a path."""
        for entry in self.tree(identity):
            path = parent + entry["name"]
            if "sameAs" in entry:
                entry = {**entry, "sameAs": posixpath.normpath(parent + entry["sameAs"])}
            yield path, entry
            if entry["type"] == "dir":
                yield from self.walk(entry["tree"], path + "/")

    def content(self, entry):
        """The bytes of a file, piece by piece, checked."""
        whole, size = hashlib.sha256(), 0
        identities = [] if entry["size"] == 0 else entry.get("chunks", [entry["sha256"]])
        for number, identity in enumerate(identities, 1):
            data = self.get(identity)
            if len(data) > CHUNK or (number < len(identities) and len(data) != CHUNK):
                raise Damaged(f"{entry['name']}: a piece has the wrong length")
            whole.update(data)
            size += len(data)
            yield data
        if whole.hexdigest() != entry["sha256"] or size != entry["size"]:
            raise Damaged(f"{entry['name']}: the file is not what its digest says")


def snapshots(vault):
    found = {}
    for path in files_like(vault, "snapshots/*.json"):
        snapshot = read_record(os.path.join(vault, path), "snapshot")
        labels = os.path.join(vault, "labels", snapshot["id"] + ".json")
        found[snapshot["id"]] = {**snapshot, **(read_record(labels, "labels") if os.path.exists(labels) else {})}
    return found


def snapshot_named(vault, beginning):
    fitting = [one for identity, one in snapshots(vault).items() if identity.startswith(beginning)]
    if len(fitting) != 1:
        sys.exit(f"{len(fitting)} snapshots have an id that begins with {beginning!r}")
    return fitting[0]


def described(path, entry):
    facts = {key: entry[key] for key in ("type", "mode", "mtime", "sha256", "target", "sameAs") if key in entry}
    return {"path": path, "size": entry.get("size", entry.get("bytes", 0)), **facts}


def system_bytes(name):
    return name.encode("utf-8", "surrogateescape")


def extract(packs, tree, target):
    os.makedirs(target, exist_ok=True)
    if os.listdir(target):
        sys.exit(f"{target} is not empty")
    made, files = [], {}
    for path, entry in packs.walk(tree):
        place = os.path.join(os.fsencode(target), system_bytes(path))
        made.append((place, entry))
        if entry["type"] == "link":
            os.symlink(system_bytes(entry["target"]), place)
        elif entry["type"] == "dir":
            os.mkdir(place, 0o700)
        else:
            first, files[path] = files.get(entry.get("sameAs")), (place, entry["sha256"], entry["mode"], entry["mtime"])
            if first and first[1:] == files[path][1:]:
                os.link(first[0], place)
                continue
            with open(place, "xb") as file:
                file.writelines(packs.content(entry))
    for place, entry in reversed(made):
        if entry["type"] != "link":
            os.chmod(place, entry["mode"])
        os.utime(place, ns=(int(entry["mtime"]), int(entry["mtime"])), follow_symlinks=False)


def checked_sums(packs, tree, seen):
    """Reads everything below a tree; the number of files and of bytes in it."""
    if tree not in seen:
        files = size = 0
        for entry in packs.tree(tree):
            more = (0, 0)
            if entry["type"] == "dir":
                more = checked_sums(packs, entry["tree"], seen)
                if more != (entry["files"], entry["bytes"]):
                    raise Damaged(f"{entry['name']}: the directory does not hold what it says")
            elif entry["type"] == "file":
                if entry["sha256"] not in seen:
                    seen[entry["sha256"]] = sum(len(data) for data in packs.content(entry))
                more = (1, entry["size"])
            files, size = files + more[0], size + more[1]
        seen[tree] = (files, size)
    return seen[tree]


def content_hash(packs, tree):
    leaves = [(path, entry) for path, entry in packs.walk(tree) if entry["type"] != "dir"]
    if len(leaves) == 1 and leaves[0][1]["type"] == "file":
        return leaves[0][1]["sha256"]
    what = lambda entry: entry["sha256"] if entry["type"] == "file" else "->" + entry["target"]
    return sha256(b"".join(system_bytes(f"{path}\0{what(entry)}\n") for path, entry in leaves))


def verify(vault, packs):
    records = {path: read_record(os.path.join(vault, path), kind)
               for pattern, kind in RECORDS.items() for path in files_like(vault, pattern)}
    for name in packs.names:
        if sha256(read_bytes(os.path.join(vault, "packs", name + ".pack"))) != name:
            raise Damaged(f"pack {name} is not what its name says")
        if packs.index_of(name) not in (None, packs.scan(name)):
            raise Damaged(f"the index of pack {name} does not fit it")
    seen, before, counts = {}, None, {"records": len(records), "snapshots": 0, "versions": 0}
    for path, record in records.items():
        folder = path.split(os.sep)[0]
        if folder in ("snapshots", "trash", "sessions"):
            if checked_sums(packs, record["tree"], seen) != (record["files"], record["bytes"]):
                raise Damaged(f"{path}: it does not hold what it says")
            counts["versions" if folder == "sessions" else "snapshots"] += 1
        if folder == "sessions":
            digest = hashlib.sha256(system_bytes(record["location"])).digest()[:20]
            key = "".join("abcdefghijklmnopqrstuvwxyz234567"[byte & 31] for byte in digest)
            if path != os.path.join("sessions", key, f"{record['version']:012}.json") or record["key"] != key:
                raise Damaged(f"{path}: it lies where it does not belong")
            if content_hash(packs, record["tree"]) != record["contentHash"]:
                raise Damaged(f"{path}: its content hash does not fit")
        if folder == "audit":
            fields = {key: record[key] for key in ("at", "actor", "action", "target", "details", "prev")}
            text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
            text = re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text)
            if record["prev"] != before or record["hash"] != sha256(text.encode()):
                raise Damaged(f"{path}: the chain is broken")
            before = record["hash"]
    return {"ok": True, **counts, "objects": len(packs.places)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--zstd", type=shlex.split, default=["zstd", "-dc"])
    parser.add_argument("command", choices=["list", "files", "extract", "verify"])
    parser.add_argument("arguments", nargs="+")
    given = parser.parse_args()
    vault, *rest = given.arguments
    try:
        packs = Packs(vault, given.zstd)
        if given.command == "list":
            answer = {"snapshots": sorted(snapshots(vault).values(), key=lambda one: one["createdAt"])}
        elif given.command == "verify":
            answer = verify(vault, packs)
        elif given.command == "files":
            answer = {"files": [described(*one) for one in packs.walk(snapshot_named(vault, *rest)["tree"])]}
        else:
            extract(packs, snapshot_named(vault, rest[0])["tree"], rest[1])
            answer = {"extracted": rest[1]}
    except (Damaged, subprocess.CalledProcessError) as damage:
        print(json.dumps({"ok": False, "problem": str(damage)}))
        sys.exit(5)
    print(json.dumps(answer))


main()
