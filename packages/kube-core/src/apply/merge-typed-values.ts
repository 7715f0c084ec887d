import { isJsonObject } from '@fairlead/base'
import { jsonObject } from '../json-object.ts'
import { fieldTypeIn, narrowType } from './field-type.ts'
import type { FieldType, ListType, MapType } from './field-type.ts'
import { listElement } from './list-element.ts'
import { formatElement } from './path-element.ts'
import type { PathElement } from './path-element.ts'
import { TypedValueError } from './typed-value-error.ts'

/**
 * Merges a configuration into a value by schema: granular maps and lists are merged, everything
 * else is replaced, nothing is removed. Undefined stands for an absent side.
 */
export function mergeTypedValues(live: unknown, config: unknown, type: FieldType): unknown {
  const chosen = config === undefined ? narrowType(type, live) : narrowType(type, config)
  const leaf = config === undefined ? live : config
  if (chosen.map !== undefined) {
    const left = isJsonObject(live) ? live : {}
    const right = isJsonObject(config) ? config : {}
    const bothEmpty = Object.keys(left).length === 0 && Object.keys(right).length === 0
    if (chosen.map.atomic || bothEmpty) return leaf
    return mergeMaps(left, right, chosen.map)
  }
  if (chosen.scalar !== undefined || chosen.list === undefined) return leaf
  const left: readonly unknown[] = Array.isArray(live) ? live : []
  const right: readonly unknown[] = Array.isArray(config) ? config : []
  if (chosen.list.atomic || (left.length === 0 && right.length === 0)) return leaf
  return mergeLists(left, right, chosen.list)
}

function mergeMaps(
  live: Record<string, unknown>,
  config: Record<string, unknown>,
  type: MapType,
): unknown {
  const left = new Map(Object.entries(live))
  const right = new Map(Object.entries(config))
  const merged = new Map<string, unknown>()
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const part = fieldTypeIn(type, name)
    const value =
      part === undefined
        ? (right.get(name) ?? left.get(name))
        : mergeTypedValues(left.get(name), right.get(name), part)
    if (value !== undefined) merged.set(name, value)
  }
  return merged.size === 0 ? undefined : jsonObject(merged)
}

interface Items {
  /** The names of all items, in order. */
  readonly elements: readonly PathElement[]
  /** The item with a name; null for duplicates. */
  readonly byElement: ReadonlyMap<PathElement, unknown>
}

function indexItems(items: readonly unknown[], type: ListType, allowDuplicates: boolean): Items {
  const elements: PathElement[] = []
  const byElement = new Map<PathElement, unknown>()
  for (const item of items) {
    const element = listElement(type, item)
    if (byElement.has(element) && !allowDuplicates) {
      throw new TypedValueError([`duplicate entries for key ${formatElement(element)}`])
    }
    byElement.set(element, byElement.has(element) ? null : item)
    elements.push(element)
  }
  return { elements, byElement }
}

/**
 * Merges item by item. Items of both sides take the configuration's order; an item of only
 * one side stays behind the neighbour that it followed.
 */
function mergeLists(live: readonly unknown[], config: readonly unknown[], type: ListType): unknown {
  const right = indexItems(config, type, false)
  const left = indexItems(live, type, true)
  const shared = right.elements.filter((element) => left.byElement.has(element))
  const merged: unknown[] = []
  const done = new Set<PathElement>()
  let nextShared = 0
  const take = (element: PathElement): void => {
    done.add(element)
    if (shared[nextShared] === element) nextShared += 1
    const item = right.byElement.get(element)
    const value = mergeTypedValues(left.byElement.get(element), item, type.element)
    if (value !== undefined) merged.push(value)
  }
  let l = 0
  let r = 0
  while (l < left.elements.length || r < right.elements.length) {
    const ours = left.elements[l]
    const theirs = right.elements[r]
    const next = shared[nextShared]
    if (ours !== undefined && !right.byElement.has(ours)) {
      merged.push(live[l])
      l += 1
    } else if (
      ours !== undefined &&
      theirs !== undefined &&
      ours !== theirs &&
      isLater(ours, next)
    ) {
      l += 1
    } else {
      if (ours !== undefined && (ours === theirs || done.has(ours))) l += 1
      if (theirs !== undefined) take(theirs)
      r += 1
    }
  }
  return merged
}

/** Whether the configuration has another shared item first, so that this one comes later. */
function isLater(ours: PathElement, nextShared: PathElement | undefined): boolean {
  return nextShared !== undefined && nextShared !== ours
}
