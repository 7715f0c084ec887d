import {
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  parseJsonOrUndefined,
} from '@fairlead/base'
import { ModelError } from '@fairlead/llm'
import type { ContextPlan } from '../plan/context-plan.ts'
import { ImportReader } from '../service/import-reader.ts'
import { wrongLine } from '../service/import-errors.ts'
import { readImportedTurn } from '../service/imported-turn.ts'
import {
  checkConversationId,
  checkMetadata,
  checkSubject,
  checkVariables,
} from '../service/validate-conversation.ts'
import { hasEnded, type KeptResponse } from '../stores/kept-response.ts'
import { recordBytesMax } from '../stores/record-store.ts'
import { plansPerConversation } from '../stores/turn-store.ts'
import { isBranchName } from '../turns/branch-name.ts'
import {
  branchesMax,
  pinnedMax,
  protocolVersion,
  type Conversation,
} from '../turns/conversation.ts'
import { movedRecordKinds, type StoredPart } from './stored-part.ts'

const named = /^[^\p{Cc}]{1,512}$/u
const ownId = /^[A-Za-z0-9_.-]{1,128}$/

/** Reads the lines of an export, one after the other, and refuses what does not fit. */
export class PartReader {
  #line = 0
  /** The conversation that has begun and not ended. */
  #open: { readonly conversation: Conversation; lastSeq: number; plans: number } | undefined
  /** The one before it, beside which records stand. */
  #ended: Conversation | undefined
  /** Ids of its turns. */
  readonly #turns = new Set<string>()

  /** How many lines were read. */
  get line(): number {
    return this.#line
  }

  /** Throws a ModelError 400 `invalid_import` that names the line. */
  read(text: string): StoredPart {
    this.#line += 1
    const value = parseJsonOrUndefined(text)
    if (value === undefined) throw wrongLine(this.#line, 'it is not JSON')
    const fields = new ImportReader(value, this.#line)
    try {
      return this.#read(fields, value as JsonObject)
    } catch (error) {
      if (!(error instanceof ModelError) || error.code === 'invalid_import') throw error
      throw wrongLine(this.#line, error.message.replace(/\.$/, ''))
    }
  }

  /** Throws as `read` does, where a conversation has no end. */
  end(): void {
    if (this.#open === undefined) return
    const { id } = this.#open.conversation
    throw wrongLine(this.#line, `the file ends within the conversation ${id}`)
  }

  #read(fields: ImportReader, value: JsonObject): StoredPart {
    switch (fields.get('object')) {
      case 'stored.conversation':
        return this.#conversation(fields, value)
      case 'stored.turn':
        return this.#turn(fields)
      case 'stored.response':
        return this.#response(fields, value)
      case 'stored.plan':
        return this.#plan(fields, value)
      case 'stored.end':
        return this.#end(fields)
      case 'stored.record':
        return this.#record(fields, value)
      default:
        return fields.fail('object', 'is not one that fairlead conversations export writes')
    }
  }

  #conversation(fields: ImportReader, value: JsonObject): StoredPart {
    if (this.#open !== undefined) {
      fields.fail('object', `comes before the end of ${this.#open.conversation.id}`)
    }
    checkConversation(fields.inner('conversation'))
    const conversation = value['conversation'] as Conversation
    this.#open = { conversation, lastSeq: 0, plans: 0 }
    this.#turns.clear()
    return { object: 'stored.conversation', conversation }
  }

  #turn(fields: ImportReader): StoredPart {
    const open = this.#opened(fields)
    const inner = fields.inner('turn')
    const { id } = open.conversation
    const before = { turns: this.#turns, lastSeq: open.lastSeq }
    const turn = readImportedTurn(inner, id, before)
    if (inner.get('conversation') !== id) inner.fail('conversation', `is not ${id}`)
    this.#turns.add(turn.id)
    open.lastSeq = turn.seq
    const response = inner.textOrNull('response', ownId)
    const late = inner.get('unacknowledged') === true ? ({ unacknowledged: true } as const) : {}
    return { object: 'stored.turn', turn: { ...turn, response, ...late } }
  }

  #response(fields: ImportReader, value: JsonObject): StoredPart {
    const open = this.#opened(fields)
    const inner = fields.inner('response')
    inner.text('id', ownId)
    if (inner.get('tenant') !== open.conversation.ccp.tenant) inner.fail('tenant')
    inner.checked('status', (status): status is 'completed' => hasEnded(status as 'completed'))
    inner.checked('body', isJsonObject)
    for (const list of ['input', 'output']) {
      if (!inner.list(list).every(isJsonObject)) inner.fail(list)
    }
    inner.textOrNull('previous', ownId)
    const conversation = inner.textOrNull('conversation', /^/)
    if (conversation !== null && conversation !== open.conversation.id) inner.fail('conversation')
    inner.flag('background')
    inner.count('created_at', 0)
    inner.countOrNull('completed_at')
    return {
      object: 'stored.response',
      response: value['response'] as KeptResponse,
    }
  }

  #plan(fields: ImportReader, value: JsonObject): StoredPart {
    const open = this.#opened(fields)
    const inner = fields.inner('plan')
    inner.text('id', ownId)
    if (inner.get('conversation') !== open.conversation.id) inner.fail('conversation')
    inner.list('segments')
    inner.list('decisions')
    open.plans += 1
    if (open.plans > plansPerConversation) {
      fields.fail('plan', `is one too many: a conversation keeps ${plansPerConversation}`)
    }
    return { object: 'stored.plan', plan: value['plan'] as ContextPlan }
  }

  #end(fields: ImportReader): StoredPart {
    const { conversation } = this.#opened(fields)
    const { branches, head, pinned, tenant } = conversation.ccp
    const { id } = conversation
    if (fields.get('id') !== id) fields.fail('id', `is not ${id}`)
    if (fields.get('tenant') !== tenant) fields.fail('tenant', `is not that of ${id}`)
    const missing = [head, ...Object.values(branches), ...pinned].find(
      (turn) => turn !== null && !this.#turns.has(turn),
    )
    if (missing !== undefined) fields.fail('id', `has no turn ${missing}, which it names`)
    this.#open = undefined
    this.#ended = conversation
    return { object: 'stored.end', tenant, id }
  }

  #record(fields: ImportReader, value: JsonObject): StoredPart {
    if (this.#open !== undefined) fields.fail('object', 'comes before the end of its conversation')
    const inner = fields.inner('record')
    const kind = inner.text('kind', named)
    if (!movedRecordKinds.includes(kind)) inner.fail('kind')
    const owner = inner.text('owner', named)
    const tenant = inner.text('tenant', /^[^\p{Cc}]{0,1024}$/u)
    const id = inner.text('id', /^[\x21-\x7e]{1,512}$/)
    const isBeside = owner === this.#ended?.id && tenant === this.#ended.ccp.tenant
    if (!isBeside && !/^subject:[^]/.test(owner)) inner.fail('owner')
    const body = inner.checked('body', isJsonObject)
    if (Buffer.byteLength(JSON.stringify(body)) > recordBytesMax) inner.fail('body', 'is too large')
    const expires = inner.get('expiresAtMs')
    const expiresAtMs = expires === null ? null : numberOrUndefined(expires)
    if (expiresAtMs === undefined) return inner.fail('expiresAtMs')
    const record = { kind, tenant, owner, id, body, expiresAtMs }
    return { ...value, object: 'stored.record', record }
  }

  #opened(fields: ImportReader) {
    return this.#open ?? fields.fail('object', 'stands in no conversation')
  }
}

function checkConversation(fields: ImportReader): void {
  checkConversationId(fields.text('id', /^/))
  if (fields.get('object') !== 'conversation') fields.fail('object')
  fields.count('created_at', 0)
  checkMetadata(fields.checked('metadata', isTexts))
  const ccp = fields.inner('ccp')
  if (ccp.get('version') !== protocolVersion) ccp.fail('version', `must be ${protocolVersion}`)
  ccp.text('tenant', /^[^\p{Cc}]{0,1024}$/u)
  checkVariables(ccp.checked('variables', isTexts))
  const subject = ccp.textOrNull('subject', /^/)
  if (subject !== null) checkSubject(subject)
  for (const name of ['revision', 'turns', 'rewrites']) ccp.count(name, 0)
  for (const name of ['persona', 'strategy']) ccp.textOrNull(name, named)
  ccp.textOrNull('head', ownId)
  ccp.flag('sends_history')
  const names = Object.keys(ccp.checked('branches', isTexts))
  const branch = ccp.text('branch', /^/)
  if (names.length > branchesMax || ![branch, ...names].every(isBranchName)) ccp.fail('branches')
  if (ccp.list('pinned').length > pinnedMax) ccp.fail('pinned')
  const kept = ccp.inner('retention')
  kept.countOrNull('expires_at')
  kept.flag('legal_hold')
  checkEpoch(ccp.inner('epoch'))
}

function checkEpoch(epoch: ImportReader): void {
  epoch.count('n', 1)
  epoch.textOrNull('from_turn', ownId)
  epoch.text('rule', /^/)
  epoch.text('head_hash', /^/)
  if (epoch.get('persona') !== null) {
    const persona = epoch.inner('persona')
    for (const name of ['name', 'hash', 'rendered']) persona.text(name, /^/)
    persona.list('tools')
  }
  if (epoch.get('strategy') !== null) epoch.inner('strategy').text('name', /^/)
  if (epoch.get('summary') === undefined) return
  const summary = epoch.inner('summary')
  for (const name of ['id', 'text', 'from', 'to']) summary.text(name, /^/)
  for (const name of ['to_seq', 'turns', 'tokens', 'level']) summary.count(name, 0)
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return isJsonObject(value) && Object.values(value).every((each) => typeof each === 'string')
}
