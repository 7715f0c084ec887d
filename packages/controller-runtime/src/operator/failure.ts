import {
  type ResourceType,
  StatusError,
  isBadRequest,
  isConflict,
  isInvalid,
} from '@fairlead/kube-core'
import { TerminalError } from '../controller/reconcile.ts'

/** What went wrong in an operator: with a child, a finalizer or its own function. */
export interface Failure {
  /** Without values of Secrets, as is the message. */
  readonly error: Error
  /** For people. */
  readonly message: string
  /** Whether trying again cannot help. */
  readonly isFinal: boolean
}

const messageLimit = 512
const toldLimit = 5

/** `what` says whose it is: `StatefulSet shop/a-database`, `the finalizer example.com/backup`. */
export function failureOf(what: string, error: unknown, type?: ResourceType): Failure {
  const known = error instanceof Error ? error : new Error(String(error))
  const hidesValues = type?.kind === 'Secret' && type.group === ''
  const text = hidesValues ? withoutValues(known) : known.message
  return {
    error: hidesValues ? new Error(text) : known,
    message: `${what}: ${text}`.slice(0, messageLimit),
    isFinal: isFinal(known),
  }
}

/** The first failures in one text. */
export function tellFailures(failures: readonly Failure[]): string {
  const told = failures.slice(0, toldLimit).map(({ message }) => message)
  const more = failures.length - told.length
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}

/**
 * The error that a reconcile ends with: a TerminalError if trying again cannot help, because the
 * server has found all of it invalid.
 */
export function errorOf(failures: readonly Failure[]): Error {
  const message = tellFailures(failures)
  const errors = failures.map(({ error }) => error)
  const cause = errors.length === 1 ? errors[0] : new AggregateError(errors, message)
  return failures.every((one) => one.isFinal)
    ? new TerminalError(message, { cause })
    : new Error(message, { cause })
}

/** Somebody else wrote first: the next reconcile reads what, and it is no failure. */
export function isStale(error: unknown): boolean {
  return (
    isConflict(error) && !causesOf(error).some(({ reason }) => reason === 'FieldManagerConflict')
  )
}

/** Nothing can be made in a namespace that is being deleted: with it, the owner goes as well. */
export function isOfLeavingNamespace(error: unknown): boolean {
  return causesOf(error).some(({ reason }) => reason === 'NamespaceTerminating')
}

function isFinal(error: Error): boolean {
  return error instanceof TerminalError || isInvalid(error) || isBadRequest(error)
}

function withoutValues(error: Error): string {
  if (!(error instanceof StatusError)) return error.name
  const fields = causesOf(error).flatMap(({ field }) => field ?? [])
  return fields.length === 0 ? error.reason : `${error.reason}: ${fields.join(', ')}`
}

function causesOf(error: unknown) {
  return error instanceof StatusError ? (error.status.details?.causes ?? []) : []
}
