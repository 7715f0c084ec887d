import type { PinnedPersona } from '../conversation.ts'
import type { PersonaInput } from '../conversations.ts'
import { renderTemplate } from '../render-template.ts'

export interface PersonaSource {
  readonly persona: PersonaInput | undefined
  /** The persona of the running epoch. */
  readonly pinned: PinnedPersona | null
  /** Whether an epoch begins: then variables and the date are taken anew. */
  readonly newEpoch: boolean
  readonly variables: Readonly<Record<string, string>>
  readonly nowMs: number
}

/**
 * The persona as it stands in front of the prompt. It is rendered once per epoch: a variable or a
 * date that changes in the middle of one waits for the next. Another persona, or a changed one, is
 * rendered at once and thereby begins an epoch. Throws a ModelError that names a missing variable.
 */
export function pinPersona(source: PersonaSource): PinnedPersona | null {
  const { persona, pinned, newEpoch } = source
  if (persona === undefined) return null
  const same = pinned?.name === persona.name && pinned.hash === persona.hash
  if (same && !newEpoch) return pinned
  return {
    name: persona.name,
    revision: persona.generation,
    hash: persona.hash,
    rendered: renderTemplate(persona.instructions, personaVariables(persona, source)),
    tools: persona.tools,
  }
}

/** A declared clock variable is ours to fill; of the others the caller's value wins. */
function personaVariables(
  persona: PersonaInput,
  { variables, nowMs }: PersonaSource,
): Record<string, string> {
  const values: Record<string, string> = { ...variables }
  for (const variable of persona.variables) {
    if (variable.from === 'Clock')
      values[variable.name] = new Date(nowMs).toISOString().slice(0, 10)
    else if (!Object.hasOwn(values, variable.name) && variable.default !== undefined) {
      values[variable.name] = variable.default
    }
  }
  return values
}
