import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import type { ObjectKey } from '../object-key.ts'
import type {
  ApplyOptions,
  CallOptions,
  ConnectOptions,
  DeleteAllOfOptions,
  DeleteOptions,
  ListOptions,
  Patch,
  StreamOptions,
  WriteOptions,
} from './client.ts'

interface CallOf<Verb extends string, Options extends CallOptions> {
  readonly verb: Verb
  readonly type: ResourceType
  readonly options: Options
}

/** What the calls about one object, or about one of its subresources, have in common. */
interface ObjectCallOf<Verb extends string, Options extends CallOptions> extends CallOf<
  Verb,
  Options
> {
  readonly key: ObjectKey
  /** Absent for the object itself. */
  readonly subresource?: string
}

export type GetCall = ObjectCallOf<'get', CallOptions>
/** Reads a subresource as it comes. */
export interface StreamCall extends ObjectCallOf<'stream', StreamOptions> {
  readonly subresource: string
}

/** Opens a WebSocket to a subresource. */
export interface ConnectCall extends ObjectCallOf<'connect', ConnectOptions> {
  readonly subresource: string
}

type ListCall = CallOf<'list', ListOptions>

/** Creates an object, whose name may be empty, or something below an object, such as an Eviction. */
export interface CreateCall extends ObjectCallOf<'create', WriteOptions> {
  readonly object: Readonly<TypedObject>
}

export interface UpdateCall extends ObjectCallOf<'update', WriteOptions> {
  readonly object: Readonly<TypedObject>
}

export interface PatchCall extends ObjectCallOf<'patch', WriteOptions> {
  readonly patch: Patch
}

export interface ApplyCall extends ObjectCallOf<'apply', ApplyOptions> {
  readonly object: Readonly<TypedObject>
}

export type DeleteCall = ObjectCallOf<'delete', DeleteOptions>
type DeleteAllOfCall = CallOf<'deleteAllOf', DeleteAllOfOptions>

export type FieldWriteCall = CreateCall | UpdateCall | PatchCall | ApplyCall

/** A call that changes something. */
type WriteCall = FieldWriteCall | DeleteCall | DeleteAllOfCall | ConnectCall

/**
 * One call of a client as a value: what stands between a caller and the server, a fence, a memory, a
 * decorator, sees every verb in this form, so that none can be forgotten.
 */
export type ClientCall = GetCall | ListCall | StreamCall | WriteCall

const reads: ReadonlySet<string> = new Set(['get', 'list', 'stream'])

/** Whether a call changes something. */
export function isWrite(call: ClientCall): call is WriteCall {
  return !reads.has(call.verb)
}

/** The same call with other or more options. */
export function withOptions<C extends ClientCall>(call: C, options: Partial<C['options']>): C {
  return { ...call, options: { ...call.options, ...options } }
}

const fieldWrites: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'apply'])

/** Whether a call writes fields, of which a field manager becomes the owner. */
export function isFieldWrite(call: ClientCall): call is FieldWriteCall {
  return fieldWrites.has(call.verb)
}
