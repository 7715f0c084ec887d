/** What the models of Cohere differ in, as far as requests depend on it. */
interface ModelFeatures {
  /** Whether it thinks; `thinking` is refused by others. */
  readonly reasoning: boolean
  /** Whether it knows `tool_choice`. */
  readonly toolChoice: boolean
}

/** https://docs.cohere.com/docs/reasoning names them; North's models think as well. */
const thinkingModels = /reasoning|command-a-plus|^north/

/** The parameter came with Command R7B: https://docs.cohere.com/reference/chat */
const withoutToolChoice = /^(?:command(?:-light|-nightly)?$|command-r(?:-|$)|c4ai-|aya)/

/** An unknown model is taken for one of the newest, but not for one that thinks. */
export function modelFeatures(model: string): ModelFeatures {
  const name = model.toLowerCase()
  return { reasoning: thinkingModels.test(name), toolChoice: !withoutToolChoice.test(name) }
}
