import { isJsonObject } from '@fairlead/base'

/** What a call asks of its model, in the words of LLMProvider `spec.models[].capabilities`. */
export type ModelFeature =
  'Streaming' | 'Tools' | 'Vision' | 'Audio' | 'StructuredOutput' | 'Reasoning'

/** The types of content parts that not every model reads, in all dialects. */
const featureByPart: ReadonlyMap<unknown, ModelFeature> = new Map([
  ['image', 'Vision'],
  ['image_url', 'Vision'],
  ['input_image', 'Vision'],
  ['audio', 'Audio'],
  ['input_audio', 'Audio'],
])

/** Adds what a message's content asks of the model: images, audio. Text asks for nothing. */
export function noteContentFeatures(content: unknown, features: Set<ModelFeature>): void {
  if (!Array.isArray(content)) return
  for (const part of content) {
    const feature = isJsonObject(part) ? featureByPart.get(part['type']) : undefined
    if (feature !== undefined) features.add(feature)
  }
}
