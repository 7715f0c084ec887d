/** A vocabulary that is counted with here. */
export type Encoding = 'o200k_base' | 'cl100k_base'

/** How the tokens of a model's texts are counted. */
interface Tokenizer {
  readonly encoding: Encoding
  /** Whether the model itself reads texts so; what is counted for others needs a factor. */
  readonly isOwn: boolean
}

/**
 * OpenAI's models by the beginnings of their names, newest first, as in
 * https://github.com/openai/tiktoken/blob/main/tiktoken/model.py. gpt-oss's `o200k_harmony` cuts
 * texts as `o200k_base` does.
 */
const ownTokenizers: readonly (readonly [RegExp, Encoding])[] = [
  [/^(?:gpt-(?:4o|4\.1|4\.5|[5-9]|oss|audio|realtime)|chatgpt-|chat-latest)/, 'o200k_base'],
  [/^(?:o[1-9](?:-|$)|codex-|computer-use-)/, 'o200k_base'],
  [/^(?:gpt-4(?:-|$)|gpt-3\.5-|gpt-35-|text-embedding-)/, 'cl100k_base'],
]

/** How a model counts, by its name: `openai/gpt-4o` and `ft:gpt-4o:org` are `gpt-4o`. */
export function tokenizerOf(model: string): Tokenizer {
  const name = bareModelName(model)
  const own = ownTokenizers.find(([pattern]) => pattern.test(name))
  return { encoding: own?.[1] ?? 'o200k_base', isOwn: own !== undefined }
}

/** A model's name in lower case, without its vendor or what it was made of. */
export function bareModelName(model: string): string {
  const name = model.toLowerCase()
  return name.slice(name.lastIndexOf('/') + 1).replace(/^ft:/, '')
}
