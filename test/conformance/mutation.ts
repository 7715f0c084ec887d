/** One change to an object: what to do at a path. */
export interface Mutation {
  readonly path: readonly (string | number)[]
  readonly op: 'delete' | 'null' | 'set' | 'duplicate' | 'unknown'
  readonly value?: unknown
}

type Container = Record<string | number, unknown>

/** A copy of an object with one change, or with none. */
export function mutate(object: unknown, mutation: Mutation | null): unknown {
  if (mutation === null) return object
  const root = { object: structuredClone(object) }
  const path = ['object', ...mutation.path]
  const last = path.at(-1) ?? ''
  let parent: Container = root
  for (const step of path.slice(0, -1)) parent = parent[step] as Container
  switch (mutation.op) {
    case 'delete':
      if (Array.isArray(parent)) parent.splice(Number(last), 1)
      else delete parent[last]
      break
    case 'null':
      parent[last] = null
      break
    case 'set':
      parent[last] = mutation.value
      break
    case 'duplicate': {
      const list = parent[last] as unknown[]
      list.push(structuredClone(list[0]))
      break
    }
    case 'unknown':
      ;(parent[last] as Container)['bogusField'] = 1
  }
  return root.object
}
