import type { Embedder } from '@fairlead/retrieval'
import type { ContextModels, ModelText, TextRequest } from '../context-models.ts'

/** What a vector is made of, and for what. */
interface EmbeddedText {
  readonly model: string
  readonly text: string
  readonly purpose: 'document' | 'query'
}

/** Models that answer as a test says, and remember what they were asked. */
export class ScriptedModels implements ContextModels {
  readonly asked: TextRequest[] = []
  readonly embedded: EmbeddedText[] = []
  /** In place of a summary that tells its number; may reject. */
  answer: (request: TextRequest) => Promise<string> | string
  /** In place of vectors by which texts are alike that begin with the same letters; may reject. */
  vector: (text: string, model: string) => Promise<Float32Array> | Float32Array = (text) =>
    vectorOfLetters(text)

  constructor(answer?: (request: TextRequest) => Promise<string> | string) {
    this.answer = answer ?? (() => `summary ${this.asked.length}`)
  }

  async text(request: TextRequest): Promise<ModelText> {
    this.asked.push(request)
    return { text: await this.answer(request), model: request.model ?? 'model-a' }
  }

  embedder(model: string): Embedder {
    return {
      model,
      embed: (texts, { purpose }) => {
        this.embedded.push(...texts.map((text) => ({ model, text, purpose })))
        return Promise.all(texts.map(async (text) => this.vector(text, model)))
      },
    }
  }
}

/** Of length 1: how often each letter begins a word of the text. */
function vectorOfLetters(text: string): Float32Array {
  const vector = new Float32Array(26)
  for (const [letter] of text.toLowerCase().matchAll(/\b[a-z]/g)) {
    const at = letter.charCodeAt(0) - 97
    vector[at] = (vector[at] ?? 0) + 1
  }
  const length = Math.hypot(...vector) || 1
  return vector.map((value) => value / length)
}
