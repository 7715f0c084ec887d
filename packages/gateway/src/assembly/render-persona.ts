import type { PersonaSettings } from '@fairlead/snapshot'
import { renderTemplate } from '@fairlead/base'

/** A persona's instructions for a call outside of any conversation, with the variables of the call. */
export function renderPersona(
  persona: PersonaSettings,
  variables: Readonly<Record<string, string>>,
  nowMs: number,
): string {
  const today = new Date(nowMs).toISOString().slice(0, 10)
  const declared = persona.variables.flatMap(({ name, default: fallback, from }) => {
    const value = from === 'Clock' ? today : fallback
    return value === undefined ? [] : [[name, value] as const]
  })
  return renderTemplate(persona.instructions, { ...Object.fromEntries(declared), ...variables })
}
