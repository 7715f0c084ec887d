import type { Block } from './block.ts'
import { piecesOf } from './block-pieces.ts'
import type { Chunking, Passage } from './chunking.ts'
import { endOfText, estimatedTokens } from './split-text.ts'

const headingLengthMax = 300

/** The passages of a document, in its order. */
export function cutBlocks(
  blocks: readonly Block[],
  url: string | null,
  chunking: Chunking,
): readonly Passage[] {
  const cutter = new BlockCutter(url, chunking)
  for (const block of blocks) cutter.add(block)
  return cutter.end()
}

class BlockCutter {
  readonly #url: string | null
  readonly #chunking: Chunking
  readonly #passages: Passage[] = []
  /** The heading of each level that is open. */
  #headings: { level: number; text: string }[] = []
  #fragment: string | null = null
  #pieces: string[] = []
  #bytes = 0
  /** Where the passage that is filled began. */
  #start: Omit<Passage, 'text'> = { headings: [], url: null }
  /** What the last piece was, of which the next passage may repeat the end. */
  #last = { text: '', isText: false }
  /** Whether the passage has more than what it repeats. */
  #hasNew = false

  constructor(url: string | null, chunking: Chunking) {
    this.#url = url
    this.#chunking = chunking
  }

  add(block: Block): void {
    switch (block.type) {
      case 'heading':
        return this.#addHeading(block)
      case 'place':
        this.#flush()
        this.#fragment = block.fragment
        return
      default: {
        const isText = block.type === 'text'
        if (this.#chunking.splitOn === 'Tokens' && isText) return this.#fill(block.text)
        const { maxTokens } = this.#chunking
        const isCut = isText && estimatedTokens(block.text) > maxTokens
        const pieceMax = isCut ? maxTokens - this.#overlapMax - 1 : maxTokens
        for (const piece of piecesOf(block, pieceMax)) this.#addPiece(piece, isText)
      }
    }
  }

  end(): readonly Passage[] {
    this.#flush()
    return this.#passages
  }

  #addHeading({ fragment, level, text }: Extract<Block, { type: 'heading' }>): void {
    const shown = text.slice(0, headingLengthMax).toWellFormed()
    const isFresh = this.#chunking.splitOn === 'Headings' || !this.#hasNew
    if (isFresh) {
      this.#flush()
      this.#last = { text: '', isText: false }
    }
    this.#headings = [...this.#headings.filter((one) => one.level < level), { level, text: shown }]
    this.#fragment = fragment
    // Within a passage a heading is read as what it is.
    if (!isFresh) this.#addPiece(`${'#'.repeat(level)} ${shown}`, true)
  }

  #addPiece(piece: string, isText: boolean): void {
    if (piece === '') return
    const bytes = Buffer.byteLength(piece) + 2
    if (this.#hasNew && this.#bytes + bytes > this.#bytesMax + 2) this.#flush()
    if (!this.#hasNew) this.#open(bytes)
    this.#pieces.push(piece)
    this.#bytes += bytes
    this.#last = { text: piece, isText }
    this.#hasNew = true
  }

  /** Begins a passage, with the end of the one before where there is room for it. */
  #open(bytes: number): void {
    const headings = this.#headings.map(({ text }) => text)
    this.#start = { headings, url: addressOf(this.#url, this.#fragment) }
    const room = Math.floor((this.#bytesMax - bytes) / 4)
    const overlap = Math.min(this.#overlapMax, room)
    if (!this.#last.isText || this.#passages.length === 0) return
    const repeated = endOfText(this.#last.text, overlap)
    if (repeated === '') return
    this.#pieces.push(repeated)
    this.#bytes += Buffer.byteLength(repeated) + 2
  }

  /** Words are added as long as there is room, whatever the borders of paragraphs. */
  #fill(text: string): void {
    let parts: readonly string[] = [text]
    while (parts.length > 0) {
      const used = this.#hasNew ? this.#bytes : 0
      const room = Math.floor((this.#bytesMax - used - 2) / 4)
      const [first = '', ...rest] = parts
      if (estimatedTokens(first) <= room) {
        this.#addPiece(first, true)
        parts = rest
      } else if (room < 8 && this.#hasNew) {
        this.#flush()
      } else {
        parts = [...cutAt(first, room), ...rest]
        this.#addPiece(parts[0] ?? '', true)
        parts = parts.slice(1)
        this.#flush()
      }
    }
  }

  #flush(): void {
    if (this.#hasNew) this.#passages.push({ ...this.#start, text: this.#pieces.join('\n\n') })
    this.#pieces = []
    this.#bytes = 0
    this.#hasNew = false
  }

  get #overlapMax(): number {
    return Math.min(this.#chunking.overlapTokens, Math.floor(this.#chunking.maxTokens / 2))
  }

  get #bytesMax(): number {
    return this.#chunking.maxTokens * 4
  }
}

/** The first `tokens` of a text, at the end of a word where there is one, and the rest. */
function cutAt(text: string, tokens: number): readonly string[] {
  const window = text.slice(0, tokens * 4)
  let first = window
  while (estimatedTokens(first) > tokens) first = first.slice(0, Math.floor(first.length * 0.7))
  const space = first.lastIndexOf(' ')
  const line = first.lastIndexOf('\n')
  const edge = Math.max(space, line)
  const at =
    edge > first.length / 2
      ? edge
      : first.toWellFormed() === first
        ? first.length
        : first.length - 1
  return [text.slice(0, at).trim(), text.slice(at).trim()].filter((part) => part !== '')
}

function addressOf(url: string | null, fragment: string | null): string | null {
  if (url === null || fragment === null || fragment === '') return url
  const address = URL.parse(url)
  if (address === null) return url
  address.hash = fragment
  return address.href
}
