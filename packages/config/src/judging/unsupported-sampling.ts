import type { UnsupportedField } from './unsupported-fields.ts'

/** The sampling settings that are kept but not sent; temperature and maxOutputTokens are sent. */
export function unsupportedSampling(path: string): readonly UnsupportedField[] {
  return ['topP', 'presencePenalty', 'frequencyPenalty', 'seed', 'stop'].map((field) => ({
    path: `${path}.${field}`,
  }))
}
