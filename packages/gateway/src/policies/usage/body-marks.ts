/**
 * What is looked for in the bytes of a body, because it may stand anywhere in it. Mentions in texts
 * do not count: quotes are escaped there.
 */
export class BodyMarks {
  readonly #text: Buffer

  constructor(body: Uint8Array) {
    this.#text = plainText(body)
  }

  /** Whether it has a file that it only names, by an id or an address. */
  get namesFiles(): boolean {
    return fileMarks.some((mark) => this.#text.includes(mark))
  }

  /** How many images it has, at the most. */
  get images(): number {
    const text = this.#text
    let count = 0
    for (let at = text.indexOf(imageMark); at !== -1; at = text.indexOf(imageMark, at + 1)) {
      const next = text[at + imageMark.length] ?? 0
      if (text[at - 1] !== backslash && imageEnds.includes(next)) count += 1
    }
    return count
  }
}

const fileMarks = ['"file_id"', '"file_url"', '"fileUri"', '"file_uri"', '"document"']
const imageMark = '"image'
/** Of `image`, `images`, `image_url`, `image/png`. */
const imageEnds = Buffer.from('"s_/')
const backslash = 0x5c

/** A body in which ASCII characters are not escaped, so that there is one spelling to look for. */
function plainText(body: Uint8Array): Buffer {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (!bytes.includes(String.raw`\u00`)) return bytes
  const text = bytes
    .toString('latin1')
    .replaceAll(/\\u00([2-7][0-9a-f])/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )
  return Buffer.from(text, 'latin1')
}
