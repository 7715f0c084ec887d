import type { PromptTemplateSettings } from '@fairlead/snapshot'
import { findNamed, type NamingCaller } from '../access/named-resource.ts'

type Prompts = ReadonlyMap<string, PromptTemplateSettings>

/**
 * The PromptTemplate that `name`, `name@version` or `namespace/name` refers to for this caller.
 * Throws `prompt_not_found`.
 */
export function findPrompt(
  reference: string,
  by: NamingCaller,
  prompts: Prompts,
): { readonly prompt: PromptTemplateSettings; readonly version: string | undefined } {
  const at = reference.lastIndexOf('@')
  const name = at === -1 ? reference : reference.slice(0, at)
  const version = at === -1 ? undefined : reference.slice(at + 1)
  return { prompt: findNamed('prompt', name, by, prompts), version }
}
