import { arrayOrEmpty, isJsonObject } from '@fairlead/base'
import { TextPieces } from '../../operations/chat/text-pieces.ts'

/** A path that goes deeper is not followed. */
const stepsMax = 128

/** Characters of places and texts that are held; what exceeds them is not. */
const heldCharactersMax = 16 * 1024 * 1024

type Container = Record<string, unknown> | unknown[]

/** A text that comes in pieces; written as one. */
class GrowingText {
  readonly pieces = new TextPieces()

  toJSON(): string {
    return this.pieces.toString()
  }
}

/**
 * Arguments that come value by value, each with its place, texts in pieces
 * (https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc).
 */
export class PartialArguments {
  readonly #root: Record<string, unknown> = {}
  #heldCharacters = 0

  /** Whether more came than is held: then they are not what the model said. */
  get isTooLong(): boolean {
    return this.#heldCharacters > heldCharactersMax
  }

  push(partialArguments: unknown): void {
    for (const argument of arrayOrEmpty(partialArguments)) {
      if (isJsonObject(argument) && typeof argument['jsonPath'] === 'string') {
        const { jsonPath, stringValue } = argument
        const textLength = typeof stringValue === 'string' ? stringValue.length : 0
        this.#heldCharacters += jsonPath.length + textLength
        if (this.isTooLong) return
        this.#set(jsonPath, argument)
      }
    }
  }

  /** Everything so far as JSON. */
  toString(): string {
    return JSON.stringify(this.#root)
  }

  #set(path: string, argument: Record<string, unknown>): void {
    const steps = stepsOf(path)
    const last = steps.at(-1)
    if (last === undefined || steps.length > stepsMax) return
    let container: Container = this.#root
    for (const [index, step] of steps.slice(0, -1).entries()) {
      const inner = childOf(container, step)
      if (isContainer(inner)) {
        container = inner
        continue
      }
      const created: Container = typeof steps[index + 1] === 'number' ? [] : {}
      put(container, step, created)
      container = created
    }
    const { stringValue } = argument
    if (typeof stringValue !== 'string') return put(container, last, valueOf(argument))
    const known = childOf(container, last)
    const text = known instanceof GrowingText ? known : new GrowingText()
    text.pieces.push(stringValue)
    if (text !== known) put(container, last, text)
  }
}

/** `$.a.b[0]['c d']` as `a`, `b`, 0, `c d`. */
function stepsOf(path: string): (string | number)[] {
  return [...path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]/g)].map(
    ([, name, index, quoted, double]) =>
      index === undefined ? (name ?? quoted ?? double ?? '') : Number(index),
  )
}

function valueOf(argument: Record<string, unknown>): unknown {
  return argument['numberValue'] ?? argument['boolValue'] ?? null
}

const isContainer = (value: unknown): value is Container =>
  Array.isArray(value) || (isJsonObject(value) && !(value instanceof GrowingText))

function childOf(container: Container, step: string | number): unknown {
  if (Array.isArray(container)) return typeof step === 'number' ? container[step] : undefined
  return Object.hasOwn(container, step) ? container[step] : undefined
}

/** A list grows by one entry at a time, whatever number comes. */
function put(container: Container, step: string | number, value: unknown): void {
  if (Array.isArray(container)) {
    const index = typeof step === 'number' ? Math.min(step, container.length) : container.length
    container[index] = value
  } else {
    Object.defineProperty(container, step, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
}
