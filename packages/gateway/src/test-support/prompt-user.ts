import { HeaderFields } from '@fairlead/http1'
import { anonymousCaller, type Caller } from '../access/caller.ts'
import type { PromptUser } from '../prompts/rollout-shares.ts'

interface PromptUserParts extends Partial<Pick<Caller, 'consumer' | 'tenant' | 'groups'>> {
  readonly headers?: Readonly<Record<string, string>>
  readonly conversation?: string
  readonly endUser?: string
}

/** An anonymous caller outside conversations, but for what a test says. */
export function promptUserOf({
  conversation,
  endUser,
  headers = {},
  ...caller
}: PromptUserParts = {}): PromptUser {
  return {
    caller: { ...anonymousCaller('default'), ...caller },
    headers: new HeaderFields(Object.entries(headers).flat()),
    conversation,
    endUser: () => endUser,
  }
}
