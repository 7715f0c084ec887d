import type { Encoding } from '../tokens/tokenizer-of.ts'

/** Counts the tokens of any text; what looks like a special token is text, too. */
type CountText = (text: string) => number

/** How many merged words a tokenizer remembers: some megabytes. */
const mergeCacheSize = 20_000
const noneSpecial = { disallowedSpecial: new Set<string>() }

/** Tokenizers, each loaded when it is needed first: that takes a quarter of a second and 90 MB. */
export class Tokenizers {
  readonly #loaded = new Map<Encoding, Promise<CountText>>()

  of(encoding: Encoding): Promise<CountText> {
    const loaded = this.#loaded.get(encoding) ?? load(encoding)
    this.#loaded.set(encoding, loaded)
    return loaded
  }
}

async function load(encoding: Encoding): Promise<CountText> {
  const { countTokens, setMergeCacheSize } =
    encoding === 'o200k_base' ? await import('./o200k-base.ts') : await import('./cl100k-base.ts')
  setMergeCacheSize(mergeCacheSize)
  return (text) => countTokens(text, noneSpecial)
}
