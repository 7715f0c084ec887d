import { type ModerationResult, openAiModerations } from '@fairlead/llm'
import type { OwnModerationRequest } from '../call/own-calls.ts'
import type { OwnCall } from './make-own-call.ts'
import { valueCall } from './value-call.ts'

/** Texts to be judged by a model made for that, as a call. */
export function verdictsCall({
  model,
  texts,
}: OwnModerationRequest): OwnCall<readonly ModerationResult[]> {
  return valueCall({
    dialect: openAiModerations,
    fields: { model, input: texts },
    changed: (change) => verdictsCall({ model, texts: texts.map((text) => change(text)) }),
    result: (answer) => (answer as { readonly results: readonly ModerationResult[] }).results,
  })
}
