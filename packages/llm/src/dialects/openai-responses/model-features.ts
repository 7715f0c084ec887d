/** How the models of OpenAI differ, by their names. */
interface ModelFeatures {
  /** Whether the model reasons; `unknown` for one of another vendor. */
  readonly reasoning: 'always' | 'never' | 'unknown'
}

/** https://platform.openai.com/docs/guides/reasoning */
const reasoningModel = /^(?:o[1-9](?:$|-)|gpt-(?:[5-9]|\d\d)|codex-)/
/** Chat variants of the same generations, which do not reason. */
const chatVariant = /^gpt-5(?:\.\d+)?-chat/
/** https://platform.openai.com/docs/models */
const plainModel = /^(?:gpt-[34]|chatgpt-)/

/** What the model of this name can do, as far as requests differ. */
export function modelFeatures(model: string): ModelFeatures {
  const name = model.slice(model.lastIndexOf('/') + 1)
  if (plainModel.test(name) || chatVariant.test(name)) return { reasoning: 'never' }
  return { reasoning: reasoningModel.test(name) ? 'always' : 'unknown' }
}
