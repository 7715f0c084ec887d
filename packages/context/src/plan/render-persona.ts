import type { PersonaInput } from './persona-input.ts'
import { renderTemplate } from './render-template.ts'

/**
 * The text of a persona, in a conversation and outside of any. A variable declared `from: Clock` is
 * the date of `nowMs` and cannot be set by the caller; for any other variable the caller's value
 * wins over the declared default. Throws a ModelError 400 `missing_variable`.
 */
export function renderPersona({
  persona,
  variables,
  nowMs,
}: {
  readonly persona: Pick<PersonaInput, 'instructions' | 'variables'>
  readonly variables: Readonly<Record<string, string>>
  /** Unix milliseconds. */
  readonly nowMs: number
}): string {
  const defaults = persona.variables.flatMap((variable) =>
    variable.default === undefined ? [] : [[variable.name, variable.default] as const],
  )
  const today = new Date(nowMs).toISOString().slice(0, 10)
  const dates = persona.variables
    .filter((variable) => variable.from === 'Clock')
    .map((variable) => [variable.name, today] as const)
  const values = Object.fromEntries([...defaults, ...Object.entries(variables), ...dates])
  return renderTemplate(persona.instructions, values)
}
