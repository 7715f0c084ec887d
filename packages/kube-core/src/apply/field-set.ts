import { compareElements } from './path-element.ts'
import type { PathElement } from './path-element.ts'

/**
 * A set of paths into an object, as a tree. Membership of a path implies nothing about its parents
 * or children. Immutable; built with `FieldSetBuilder`.
 */
export class FieldSet {
  static readonly empty = new FieldSet(new Set(), new Map())

  /** Steps that are themselves members. */
  readonly members: ReadonlySet<PathElement>
  /** Steps with members below them; none of these sets is empty. */
  readonly children: ReadonlyMap<PathElement, FieldSet>

  constructor(members: ReadonlySet<PathElement>, children: ReadonlyMap<PathElement, FieldSet>) {
    this.members = members
    this.children = children
  }

  get isEmpty(): boolean {
    return this.members.size === 0 && this.children.size === 0
  }

  has(path: readonly PathElement[]): boolean {
    const [first, ...rest] = path
    if (first === undefined) return false
    if (rest.length === 0) return this.members.has(first)
    return this.children.get(first)?.has(rest) ?? false
  }

  /** The paths below one step, relative to it. */
  below(element: PathElement): FieldSet {
    return this.children.get(element) ?? FieldSet.empty
  }

  union(other: FieldSet): FieldSet {
    const children = new Map(this.children)
    for (const [element, theirs] of other.children) {
      const ours = children.get(element)
      children.set(element, ours === undefined ? theirs : ours.union(theirs))
    }
    return new FieldSet(new Set([...this.members, ...other.members]), children)
  }

  intersection(other: FieldSet): FieldSet {
    const members = keep(this.members, (element) => other.members.has(element))
    return this.#withChildren(members, (ours, element) => ours.intersection(other.below(element)))
  }

  /** The paths that are not in the other set; a parent does not include its children. */
  difference(other: FieldSet): FieldSet {
    const members = keep(this.members, (element) => !other.members.has(element))
    return this.#withChildren(members, (ours, element) => ours.difference(other.below(element)))
  }

  /** The paths that are neither in the other set nor below a path in it. */
  recursiveDifference(other: FieldSet): FieldSet {
    const members = keep(this.members, (element) => !other.members.has(element))
    return this.#withChildren(members, (ours, element) => {
      if (other.members.has(element)) return FieldSet.empty
      return ours.recursiveDifference(other.below(element))
    })
  }

  /** All paths, sorted per level, the members of a level before the paths below it. */
  *paths(prefix: readonly PathElement[] = []): Generator<readonly PathElement[]> {
    for (const element of [...this.members].toSorted(compareElements)) yield [...prefix, element]
    const elements = [...this.children.keys()].toSorted(compareElements)
    for (const element of elements) yield* this.below(element).paths([...prefix, element])
  }

  #withChildren(
    members: ReadonlySet<PathElement>,
    change: (child: FieldSet, element: PathElement) => FieldSet,
  ): FieldSet {
    const children = new Map<PathElement, FieldSet>()
    for (const [element, child] of this.children) {
      const changed = change(child, element)
      if (!changed.isEmpty) children.set(element, changed)
    }
    return new FieldSet(members, children)
  }
}

function keep(
  elements: ReadonlySet<PathElement>,
  wanted: (element: PathElement) => boolean,
): ReadonlySet<PathElement> {
  return new Set([...elements].filter(wanted))
}

/** Collects paths; `build` returns the set. */
export class FieldSetBuilder {
  readonly #members = new Set<PathElement>()
  readonly #children = new Map<PathElement, FieldSetBuilder>()

  /** The empty path, the object itself, is never a member. */
  insert(path: readonly PathElement[]): this {
    const [first, ...rest] = path
    if (first === undefined) return this
    if (rest.length === 0) this.#members.add(first)
    else this.below(first).insert(rest)
    return this
  }

  /** Inserts all paths of a set. */
  insertAll(set: FieldSet): this {
    for (const element of set.members) this.#members.add(element)
    for (const [element, child] of set.children) this.below(element).insertAll(child)
    return this
  }

  /** The builder for the paths below one step. */
  below(element: PathElement): FieldSetBuilder {
    let child = this.#children.get(element)
    if (child === undefined) {
      child = new FieldSetBuilder()
      this.#children.set(element, child)
    }
    return child
  }

  build(): FieldSet {
    const children = new Map<PathElement, FieldSet>()
    for (const [element, builder] of this.#children) {
      const child = builder.build()
      if (!child.isEmpty) children.set(element, child)
    }
    return new FieldSet(new Set(this.#members), children)
  }
}

/** A set of the given paths. */
export function fieldSetOfPaths(paths: Iterable<readonly PathElement[]>): FieldSet {
  const builder = new FieldSetBuilder()
  for (const path of paths) builder.insert(path)
  return builder.build()
}
