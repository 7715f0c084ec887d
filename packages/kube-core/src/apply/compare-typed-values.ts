import { isJsonObject } from '@fairlead/base'
import { deepEqual } from '../deep-equal.ts'
import { member } from '../json-object.ts'
import { FieldSetBuilder } from './field-set.ts'
import type { FieldSet } from './field-set.ts'
import { deduced, fieldTypeIn, narrowType, sameNarrowing } from './field-type.ts'
import type { FieldType, ListType, MapType } from './field-type.ts'
import { listElement } from './list-element.ts'
import { fieldElement } from './path-element.ts'
import type { PathElement } from './path-element.ts'

/** What changed between two values; the sets are disjoint. */
export interface Comparison {
  readonly removed: FieldSet
  readonly modified: FieldSet
  readonly added: FieldSet
}

/** Compares two values of one type, field by field and item by item. */
export function compareTypedValues(before: unknown, after: unknown, type: FieldType): Comparison {
  const changes: Changes = {
    removed: new FieldSetBuilder(),
    modified: new FieldSetBuilder(),
    added: new FieldSetBuilder(),
  }
  compare(changes, [], before, after, type)
  return {
    removed: changes.removed.build(),
    modified: changes.modified.build(),
    added: changes.added.build(),
  }
}

interface Changes {
  readonly removed: FieldSetBuilder
  readonly modified: FieldSetBuilder
  readonly added: FieldSetBuilder
}

type Path = readonly PathElement[]

function compare(
  changes: Changes,
  path: Path,
  before: unknown,
  after: unknown,
  type: FieldType,
): void {
  const left = narrowType(type, before)
  const right = narrowType(type, after)
  let wasLeaf: boolean
  if (after === undefined) {
    wasLeaf = compareAs(changes, path, before, after, left)
  } else if (before === undefined || sameNarrowing(left, right)) {
    wasLeaf = compareAs(changes, path, before, after, right)
  } else {
    compareAs(changes, path, before, after, left)
    wasLeaf = compareAs(changes, path, before, after, right)
  }
  if (wasLeaf) return
  if (before === undefined) changes.added.insert(path)
  else if (after === undefined) changes.removed.insert(path)
}

/** Whether the values were compared as a whole. */
function compareAs(
  changes: Changes,
  path: Path,
  before: unknown,
  after: unknown,
  { map, scalar, list }: FieldType,
): boolean {
  if (map !== undefined) {
    const left = isJsonObject(before) ? before : {}
    const right = isJsonObject(after) ? after : {}
    const bothEmpty = Object.keys(left).length === 0 && Object.keys(right).length === 0
    if (map.atomic || bothEmpty) return compareLeaf(changes, path, before, after)
    compareMaps(changes, path, left, right, map)
    return false
  }
  if (scalar !== undefined || list === undefined) return compareLeaf(changes, path, before, after)
  const left: readonly unknown[] = Array.isArray(before) ? before : []
  const right: readonly unknown[] = Array.isArray(after) ? after : []
  const bothEmpty = left.length === 0 && right.length === 0
  if (list.atomic || bothEmpty) return compareLeaf(changes, path, before, after)
  compareLists(changes, path, left, right, list)
  return false
}

function compareLeaf(changes: Changes, path: Path, before: unknown, after: unknown): true {
  if (before === undefined) changes.added.insert(path)
  else if (after === undefined) changes.removed.insert(path)
  else if (!deepEqual(before, after)) changes.modified.insert(path)
  return true
}

function compareMaps(
  changes: Changes,
  path: Path,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  type: MapType,
): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const left = member(before, name)
    const right = member(after, name)
    if (left === undefined && right === undefined) continue
    const part = fieldTypeIn(type, name) ?? deduced
    compare(changes, [...path, fieldElement(name)], left, right, part)
  }
}

/** Duplicate items are compared as a whole. */
function compareLists(
  changes: Changes,
  path: Path,
  before: readonly unknown[],
  after: readonly unknown[],
  type: ListType,
): void {
  const left = Map.groupBy(before, (item) => listElement(type, item))
  const right = Map.groupBy(after, (item) => listElement(type, item))
  for (const element of new Set([...left.keys(), ...right.keys()])) {
    const below = [...path, element]
    const ours = left.get(element) ?? []
    const theirs = right.get(element) ?? []
    if (ours.length <= 1 && theirs.length <= 1) {
      compare(changes, below, ours[0], theirs[0], type.element)
    } else if (ours.length >= 2 && theirs.length >= 2) {
      if (!deepEqual(ours, theirs)) changes.modified.insert(below)
    } else if (ours.length >= 2) {
      if (theirs.length === 1) compare(changes, below, undefined, theirs[0], type.element)
      changes.removed.insert(below)
    } else {
      if (ours.length === 1) compare(changes, below, ours[0], undefined, type.element)
      changes.added.insert(below)
    }
  }
}
