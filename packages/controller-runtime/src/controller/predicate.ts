import { deepEqual, labelSelectorFrom } from '@fairlead/kube-core'
import type { TypedObject } from '@fairlead/kube-core'
import type { CreateEvent, DeleteEvent, GenericEvent, UpdateEvent } from './event.ts'

/** Decides which events matter. A missing member lets every event of its type through. */
export interface Predicate<T extends TypedObject = TypedObject> {
  create?(event: CreateEvent<T>): boolean
  update?(event: UpdateEvent<T>): boolean
  delete?(event: DeleteEvent<T>): boolean
  generic?(event: GenericEvent<T>): boolean
}

/** Lets updates through that changed the object, which a resync does not. */
export const resourceVersionChanged: Predicate = {
  update: ({ oldObject, newObject }) =>
    oldObject.metadata.resourceVersion !== newObject.metadata.resourceVersion,
}

/**
 * Lets updates through that changed the spec, and with it the generation. Unsuitable if labels,
 * annotations, finalizers or the status matter; a deletion does change the generation.
 */
export const generationChanged: Predicate = {
  update: ({ oldObject, newObject }) =>
    oldObject.metadata.generation !== newObject.metadata.generation,
}

/** Passes updates that changed the labels. */
export const labelChanged: Predicate = {
  update: ({ oldObject, newObject }) =>
    !deepEqual(oldObject.metadata.labels ?? {}, newObject.metadata.labels ?? {}),
}

/** Passes updates that changed the annotations. */
export const annotationChanged: Predicate = {
  update: ({ oldObject, newObject }) =>
    !deepEqual(oldObject.metadata.annotations ?? {}, newObject.metadata.annotations ?? {}),
}

/** Lets events through whose object (the new one on updates) passes `test`. */
export function objectMatches<T extends TypedObject>(test: (object: T) => boolean): Predicate<T> {
  return {
    create: ({ object }) => test(object),
    update: ({ newObject }) => test(newObject),
    delete: ({ object }) => test(object),
    generic: ({ object }) => test(object),
  }
}

/** Passes events whose object has matching labels. */
export function labelsMatch(selector: Parameters<typeof labelSelectorFrom>[0]): Predicate {
  const parsed = labelSelectorFrom(selector)
  return objectMatches(({ metadata }) => parsed.matches(metadata.labels))
}

/** Passes events that pass all of the predicates. */
export function and<T extends TypedObject>(...all: readonly Predicate<T>[]): Predicate<T> {
  return {
    create: (event) => all.every((one) => passes(one, 'create', event)),
    update: (event) => all.every((one) => passes(one, 'update', event)),
    delete: (event) => all.every((one) => passes(one, 'delete', event)),
    generic: (event) => all.every((one) => passes(one, 'generic', event)),
  }
}

/** Passes events that pass any of the predicates. */
export function or<T extends TypedObject>(...any: readonly Predicate<T>[]): Predicate<T> {
  return {
    create: (event) => any.some((one) => passes(one, 'create', event)),
    update: (event) => any.some((one) => passes(one, 'update', event)),
    delete: (event) => any.some((one) => passes(one, 'delete', event)),
    generic: (event) => any.some((one) => passes(one, 'generic', event)),
  }
}

/** Passes events that do not pass the predicate. */
export function not<T extends TypedObject>(predicate: Predicate<T>): Predicate<T> {
  return {
    create: (event) => !passes(predicate, 'create', event),
    update: (event) => !passes(predicate, 'update', event),
    delete: (event) => !passes(predicate, 'delete', event),
    generic: (event) => !passes(predicate, 'generic', event),
  }
}

interface Events<T extends TypedObject> {
  create: CreateEvent<T>
  update: UpdateEvent<T>
  delete: DeleteEvent<T>
  generic: GenericEvent<T>
}

function passes<T extends TypedObject, Verb extends keyof Events<T>>(
  predicate: Predicate<T>,
  verb: Verb,
  event: Events<T>[Verb],
): boolean {
  const test = predicate[verb] as ((event: Events<T>[Verb]) => boolean) | undefined
  return test === undefined || test.call(predicate, event)
}
