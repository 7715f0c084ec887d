import type { RequestFeature } from '../../operations/chat/request-feature.ts'

/** Where this API asks for what is elsewhere in Chat Completions. */
export const featureFields: Readonly<Partial<Record<RequestFeature, string>>> = {
  JsonObject: 'format',
  JsonSchema: 'format',
  Reasoning: 'think',
  Temperature: 'options.temperature',
  TopP: 'options.top_p',
  TopK: 'options.top_k',
  MinP: 'options.min_p',
  Stop: 'options.stop',
  Seed: 'options.seed',
  PresencePenalty: 'options.presence_penalty',
  FrequencyPenalty: 'options.frequency_penalty',
  RepetitionPenalty: 'options.repeat_penalty',
  ImageInput: 'images',
}
