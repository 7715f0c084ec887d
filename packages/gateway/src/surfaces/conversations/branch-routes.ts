import { type Conversation, presentConversation } from '@fairlead/context'
import {
  invalidField,
  missingField,
  readBoolean,
  readNonEmptyString,
  readOptional,
} from '@fairlead/llm'
import type { AnswerRoute } from '../surface.ts'
import {
  type ConversationRequest,
  conversationRoute,
  readFields,
  referenceOf,
} from './conversation-route.ts'

const branchPath = '/v1/conversations/{id}/branches/{branch}'

/** Making, selecting, renaming and deleting branches. */
export const branchRoutes: readonly AnswerRoute[] = [
  changing('POST', '/v1/conversations/{id}/fork', async (asked) => {
    const body = await readFields(asked.request, ['from_turn', 'name', 'select'])
    return asked.store.tree.fork(referenceOf(asked), {
      fromTurn: readOptional(body['from_turn'], 'from_turn', readNonEmptyString),
      name: readOptional(body['name'], 'name', readNonEmptyString),
      select: readOptional(body['select'], 'select', readBoolean) ?? true,
    })
  }),
  changing('POST', '/v1/conversations/{id}/select', async (asked) => {
    const body = await readFields(asked.request, ['branch', 'turn'])
    const branch = readOptional(body['branch'], 'branch', readNonEmptyString)
    const turn = readOptional(body['turn'], 'turn', readNonEmptyString)
    const { tree } = asked.store
    if (branch !== undefined && turn !== undefined) {
      throw invalidField('turn', 'give either a branch or a turn.')
    }
    if (branch !== undefined) return tree.selectBranch(referenceOf(asked), branch)
    if (turn === undefined) throw missingField('branch', 'name a branch, or a turn')
    return tree.selectTurn(referenceOf(asked), turn)
  }),
  changing('PATCH', branchPath, async (asked) => {
    const body = await readFields(asked.request, ['name'])
    const name = readNonEmptyString(body['name'], 'name')
    return asked.store.tree.renameBranch(referenceOf(asked), branchOf(asked), name)
  }),
  changing('DELETE', branchPath, (asked) =>
    asked.store.tree.removeBranch(referenceOf(asked), branchOf(asked)),
  ),
]

/** A route that answers with the conversation that it has changed. */
function changing(
  method: AnswerRoute['method'],
  path: string,
  change: (asked: ConversationRequest) => Promise<Conversation>,
): AnswerRoute {
  return conversationRoute(method, path, async (asked) => presentConversation(await change(asked)))
}

function branchOf({ request }: ConversationRequest): string {
  return request.parameters['branch'] ?? ''
}
