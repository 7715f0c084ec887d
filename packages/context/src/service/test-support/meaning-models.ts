import { ScriptedModels } from './scripted-models.ts'

const meanings = [
  ['car', 'automobile', 'vehicle'],
  ['cat', 'feline', 'kitten'],
  ['money', 'salary', 'wage'],
  ['house', 'home', 'flat'],
] as const

/** Models to which words of one meaning are alike. */
export function meaningModels(): ScriptedModels {
  const models = new ScriptedModels()
  models.vector = meaningOf
  return models
}

const otherDirections = 8

/** Of length 1; texts without any of the words have directions of their own, by their length. */
export function meaningOf(text: string): Float32Array {
  const lower = text.toLowerCase()
  const counts = meanings.map((words) => words.filter((word) => lower.includes(word)).length)
  const vector = Float32Array.of(...counts, ...Array.from({ length: otherDirections }, () => 0))
  if (counts.every((count) => count === 0)) {
    vector[meanings.length + (text.length % otherDirections)] = 1
  }
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}
