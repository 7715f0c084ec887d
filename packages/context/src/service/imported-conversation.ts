import { isJsonObject, type JsonObject } from '@fairlead/base'
import { ModelError } from '@fairlead/llm'
import type { ContextPlan } from '../plan/context-plan.ts'
import { plansPerConversation } from '../stores/turn-store.ts'
import { isBranchName } from '../turns/branch-name.ts'
import {
  branchesMax,
  pinnedMax,
  protocolVersion,
  type Conversation,
} from '../turns/conversation.ts'
import { newConversation } from '../turns/new-conversation.ts'
import type { Turn } from '../turns/turn.ts'
import { ImportReader } from './import-reader.ts'
import { wrongLine } from './import-errors.ts'
import { readImportedTurn } from './imported-turn.ts'
import {
  checkConversationId,
  checkMetadata,
  checkRetention,
  checkSubject,
  checkVariables,
} from './validate-conversation.ts'

/** A conversation as an import has it, with the ids that it has there. */
export interface ImportedConversation {
  readonly conversation: Conversation
  readonly turns: readonly Turn[]
  readonly plans: readonly ContextPlan[]
}

interface ImportPlace {
  readonly tenant: string
  /** Name of the ConversationStore. */
  readonly store: string
  readonly nowMs: number
}

/** Reads the parsed lines of an export. Throws a ModelError 400 that names the line. */
export function readImport(lines: readonly unknown[], place: ImportPlace): ImportedConversation {
  const [first] = lines
  const conversation = atLine(1, () => readConversation(new ImportReader(first, 1), place))
  const turns = new Map<string, Turn>()
  const plans = new Map<string, ContextPlan>()
  let lastSeq = 0
  for (const [index, value] of lines.entries()) {
    if (index === 0) continue
    const line = index + 1
    const fields = new ImportReader(value, line)
    if (fields.get('object') === 'ccp.turn') {
      if (plans.size > 0) throw wrongLine(line, 'turns stand before the plans')
      const turn = readImportedTurn(fields, conversation.id, { turns, lastSeq })
      turns.set(turn.id, turn)
      lastSeq = turn.seq
    } else if (fields.get('object') === 'ccp.context_plan') {
      const plan = readPlan(fields, value)
      if (plans.has(plan.id)) fields.fail('id', 'stands on an earlier line already')
      plans.set(plan.id, plan)
      if (plans.size > plansPerConversation) {
        throw wrongLine(line, `a conversation keeps ${plansPerConversation} plans`)
      }
    } else {
      fields.fail('object', 'must be ccp.turn or ccp.context_plan')
    }
  }
  checkTree(conversation, turns)
  const { ccp } = conversation
  return {
    conversation: { ...conversation, ccp: { ...ccp, turns: lastSeq } },
    turns: [...turns.values()],
    plans: [...plans.values()],
  }
}

function readConversation(fields: ImportReader, { nowMs, ...place }: ImportPlace): Conversation {
  if (fields.get('object') !== 'conversation') {
    fields.fail('object', 'must be conversation: it stands on the first line')
  }
  const ccp = fields.inner('ccp')
  if (ccp.get('version') !== protocolVersion) ccp.fail('version', `must be ${protocolVersion}`)
  const id = fields.text('id', /^/)
  checkConversationId(id)
  const metadata = textsOf(fields, 'metadata')
  const variables = textsOf(ccp, 'variables')
  checkMetadata(metadata)
  checkVariables(variables)
  const subject = ccp.textOrNull('subject', /^/)
  if (subject !== null) checkSubject(subject)
  const kept = ccp.inner('retention')
  const retention = {
    expires_at: kept.countOrNull('expires_at'),
    legal_hold: kept.flag('legal_hold'),
  }
  checkRetention(retention, Math.floor(nowMs / 1000))
  const empty = newConversation({ ...place, id, nowMs, metadata, variables, retention })
  const branches = textsOf(ccp, 'branches')
  const names = Object.keys(branches)
  if (names.length > branchesMax || !names.every(isBranchName)) ccp.fail('branches')
  const branch = ccp.text('branch', /^/)
  if (!isBranchName(branch)) ccp.fail('branch')
  return {
    ...empty,
    created_at: fields.count('created_at', 0),
    ccp: {
      ...empty.ccp,
      revision: ccp.count('revision', 0),
      // Whoever knows turns of one that had this id before reads these anew.
      rewrites: nowMs,
      head: ccp.textOrNull('head', /^/),
      branch,
      branches,
      pinned: ccp.list('pinned').map(String),
      sends_history: ccp.flag('sends_history'),
      subject,
      epoch: { ...empty.ccp.epoch, n: ccp.count('epoch', 1) },
      persona: ccp.textOrNull('persona', /^[^\p{Cc}]{1,512}$/u),
      strategy: ccp.textOrNull('strategy', /^[^\p{Cc}]{1,512}$/u),
    },
  }
}

/** What the first line says of the turns must be so. */
function checkTree({ ccp }: Conversation, turns: ReadonlyMap<string, Turn>): void {
  for (const [name, head] of Object.entries(ccp.branches)) {
    if (!turns.has(head)) throw wrongLine(1, `the branch ${name} ends with an unknown turn`)
  }
  const head = Object.hasOwn(ccp.branches, ccp.branch) ? ccp.branches[ccp.branch] : null
  if (ccp.head !== head) throw wrongLine(1, 'ccp.head is not that of the selected branch')
  if (ccp.head === null && turns.size > 0) throw wrongLine(1, 'ccp.head is missing')
  const pinned = [...turns.values()].filter((turn) => turn.pinned)
  const named = new Set(ccp.pinned)
  const isSame = named.size === ccp.pinned.length && named.size === pinned.length
  if (!isSame || !pinned.every(({ id }) => named.has(id))) {
    throw wrongLine(1, 'ccp.pinned does not name the turns that are pinned')
  }
  if (named.size > pinnedMax) throw wrongLine(1, `ccp.pinned has more than ${pinnedMax}`)
}

/** Callers alone read plans: its shape is theirs, apart from what it is known by. */
function readPlan(fields: ImportReader, value: unknown): ContextPlan {
  fields.text('id', /^[A-Za-z0-9_.-]{1,64}$/)
  fields.list('segments')
  fields.list('decisions')
  return value as ContextPlan
}

function textsOf(fields: ImportReader, name: string): Readonly<Record<string, string>> {
  return fields.checked(name, isTexts)
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return isJsonObject(value) && Object.values(value as JsonObject).every(isText)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** Says on which line a value is wrong. */
function atLine<T>(line: number, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ModelError) || error.code === 'invalid_import') throw error
    throw wrongLine(line, error.message.replace(/\.$/, ''))
  }
}
