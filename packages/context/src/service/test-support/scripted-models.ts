import type { ContextModels, ModelText, TextRequest } from '../context-models.ts'

/** Models that answer as a test says, and remember what they were asked. */
export class ScriptedModels implements ContextModels {
  readonly asked: TextRequest[] = []
  /** In place of a summary that tells its number; may reject. */
  answer: (request: TextRequest) => Promise<string> | string

  constructor(answer?: (request: TextRequest) => Promise<string> | string) {
    this.answer = answer ?? (() => `summary ${this.asked.length}`)
  }

  async text(request: TextRequest): Promise<ModelText> {
    this.asked.push(request)
    return { text: await this.answer(request), model: request.model ?? 'model-a' }
  }
}
