import type { PinnedPersona } from '../turns/conversation.ts'
import type { PersonaInput } from './persona-input.ts'
import { renderPersona } from './render-persona.ts'

interface PersonaSource {
  readonly persona: PersonaInput | undefined
  /** The persona of the current epoch. */
  readonly pinned: PinnedPersona | null
  /** Whether a new epoch starts: then variables and the date are read again. */
  readonly newEpoch: boolean
  readonly variables: Readonly<Record<string, string>>
  readonly nowMs: number
}

/**
 * The persona at the start of the prompt. It is rendered once per epoch: a variable or date that
 * changes meanwhile takes effect in the next one. Another persona, or a changed one, is rendered at
 * once and thereby starts an epoch. Throws a ModelError 400 `missing_variable`.
 */
export function pinPersona(source: PersonaSource): PinnedPersona | null {
  const { persona, pinned, newEpoch, variables, nowMs } = source
  if (persona === undefined) return null
  const same = pinned?.name === persona.name && pinned.hash === persona.hash
  if (same && !newEpoch) return pinned
  return {
    name: persona.name,
    revision: persona.generation,
    hash: persona.hash,
    rendered: renderPersona({ persona, variables, nowMs }),
    tools: persona.tools,
  }
}
