import type { JsonObject } from '@fairlead/base'
import type { HeaderFields } from '@fairlead/http1'
import type { Caller } from '../access/caller.ts'
import type { PromptUser } from '../prompts/rollout-shares.ts'
import { bodyEndUser } from './body-end-user.ts'
import type { CallContext } from './call-context.ts'

/** Who calls a prompt; `fields` is the body of the call. */
export function promptUser(
  caller: Caller,
  headers: HeaderFields,
  { conversation }: Pick<CallContext, 'conversation'>,
  fields: JsonObject,
): PromptUser {
  const endUser = () => caller.endUser ?? bodyEndUser(fields)
  return { caller, headers, conversation, endUser }
}
