import type { Encoding } from '../tokens/tokenizer-of.ts'

/** Counts the tokens of any text; what looks like a special token is text, too. */
type CountText = (text: string) => number

/**
 * Merged words are remembered for this many characters and then forgotten at once. A cache that is
 * full looks for its oldest entry among those that are gone: base64 took 20 times as long.
 */
const rememberedLength = 256 * 1024
/** More words than these characters can have. */
const mergeCacheSize = rememberedLength
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
  const { clearMergeCache, countTokens, setMergeCacheSize } =
    encoding === 'o200k_base' ? await import('./o200k-base.ts') : await import('./cl100k-base.ts')
  setMergeCacheSize(mergeCacheSize)
  let length = 0
  return (text) => {
    length += text.length
    if (length > rememberedLength) {
      clearMergeCache()
      length = text.length
    }
    return countTokens(text, noneSpecial)
  }
}
