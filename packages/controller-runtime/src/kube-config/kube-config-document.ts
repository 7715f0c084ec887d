import { isJsonObject, type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import type { ExecPlugin } from './exec-plugin.ts'
import { KubeConfigError } from './kube-config.ts'

/** The parts of a kubeconfig file that we use, under the file's own names. */
export interface KubeConfigDocument {
  readonly 'current-context'?: string
  readonly contexts: ReadonlyMap<string, ContextEntry>
  readonly clusters: ReadonlyMap<string, ClusterEntry>
  readonly users: ReadonlyMap<string, UserEntry>
}

interface ContextEntry {
  readonly cluster?: string
  readonly user?: string
  readonly namespace?: string
}

export interface ClusterEntry {
  readonly server?: string
  readonly 'certificate-authority'?: string
  readonly 'certificate-authority-data'?: string
  readonly 'insecure-skip-tls-verify'?: boolean
  readonly 'tls-server-name'?: string
  readonly 'proxy-url'?: string
  readonly 'disable-compression'?: boolean
  /** What the cluster's entry says for exec plugins. */
  readonly execConfig?: JsonObject
}

export interface UserEntry {
  readonly token?: string
  readonly tokenFile?: string
  readonly username?: string
  readonly password?: string
  readonly 'client-certificate'?: string
  readonly 'client-certificate-data'?: string
  readonly 'client-key'?: string
  readonly 'client-key-data'?: string
  readonly exec?: ExecPlugin
  readonly as?: string
  readonly 'as-uid'?: string
  readonly 'as-groups'?: readonly string[]
  readonly 'as-user-extra'?: Readonly<Record<string, readonly string[]>>
  /** The name of an authentication provider within the client. */
  readonly authProvider?: string
}

/** Checks a parsed kubeconfig. `resolvePath` makes file names in it absolute. */
export function decodeKubeConfigDocument(
  value: unknown,
  what: string,
  resolvePath: (path: string) => string,
): KubeConfigDocument {
  if (!isJsonObject(value)) throw new KubeConfigError(`${what} is not a kubeconfig`)
  const path = (fields: JsonObject, name: string) => {
    const relative = text(fields, name)
    return relative === undefined || relative === '' ? {} : { [name]: resolvePath(relative) }
  }
  return {
    ...optional('current-context', text(value, 'current-context')),
    contexts: entries(value, 'contexts', 'context', (fields) => ({
      ...optional('cluster', text(fields, 'cluster')),
      ...optional('user', text(fields, 'user')),
      ...optional('namespace', text(fields, 'namespace')),
    })),
    clusters: entries(value, 'clusters', 'cluster', (fields) => ({
      ...optional('server', text(fields, 'server')),
      ...path(fields, 'certificate-authority'),
      ...optional('certificate-authority-data', text(fields, 'certificate-authority-data')),
      ...optional('tls-server-name', text(fields, 'tls-server-name')),
      ...optional('proxy-url', text(fields, 'proxy-url')),
      ...optional('execConfig', execConfig(fields['extensions'])),
      'disable-compression': fields['disable-compression'] === true,
      'insecure-skip-tls-verify': fields['insecure-skip-tls-verify'] === true,
    })),
    users: entries(value, 'users', 'user', (fields) => ({
      ...optional('token', text(fields, 'token')),
      ...path(fields, 'tokenFile'),
      ...optional('username', text(fields, 'username')),
      ...optional('password', text(fields, 'password')),
      ...path(fields, 'client-certificate'),
      ...optional('client-certificate-data', text(fields, 'client-certificate-data')),
      ...path(fields, 'client-key'),
      ...optional('client-key-data', text(fields, 'client-key-data')),
      ...optional('exec', execPlugin(fields['exec'], resolvePath)),
      ...optional('as', text(fields, 'as')),
      ...optional('as-uid', text(fields, 'as-uid')),
      ...optional('as-groups', texts(fields['as-groups'])),
      ...optional('as-user-extra', textLists(fields['as-user-extra'])),
      ...optional('authProvider', authProvider(fields['auth-provider'])),
    })),
  }
}

/** Merges documents: of equal names, and of the current context, the first wins. */
export function mergeKubeConfigDocuments(
  documents: readonly KubeConfigDocument[],
): KubeConfigDocument {
  const reversed = documents.toReversed()
  const current = documents.map((document) => document['current-context']).find(Boolean)
  return {
    ...optional('current-context', current),
    contexts: new Map(reversed.flatMap(({ contexts }) => [...contexts])),
    clusters: new Map(reversed.flatMap(({ clusters }) => [...clusters])),
    users: new Map(reversed.flatMap(({ users }) => [...users])),
  }
}

/** The entry with that name. Throws KubeConfigError naming the missing entry. */
export function named<T>(map: ReadonlyMap<string, T>, name: string, what: string): T {
  const entry = map.get(name)
  if (entry === undefined) throw new KubeConfigError(`the kubeconfig has no ${what} "${name}"`)
  return entry
}

function entries<T>(
  document: JsonObject,
  list: string,
  member: string,
  decode: (fields: JsonObject) => T,
): ReadonlyMap<string, T> {
  const items = document[list]
  const map = new Map<string, T>()
  if (!Array.isArray(items)) return map
  for (const item of items) {
    if (!isJsonObject(item)) continue
    const name = text(item, 'name')
    // As in kubectl, the first of two entries with the same name wins.
    if (name !== undefined && !map.has(name)) map.set(name, decode(objectOrEmpty(item[member])))
  }
  return map
}

function execPlugin(value: unknown, resolvePath: (path: string) => string): ExecPlugin | undefined {
  if (!isJsonObject(value)) return undefined
  const command = text(value, 'command')
  if (command === undefined) throw new KubeConfigError('an exec plugin has no command')
  const { args, env } = value
  return {
    // A bare name is looked up in PATH, a path is relative to the file that names it.
    command: command.includes('/') ? resolvePath(command) : command,
    apiVersion: text(value, 'apiVersion') ?? 'client.authentication.k8s.io/v1',
    args: Array.isArray(args) ? args.map(String) : [],
    env: Array.isArray(env)
      ? env.filter(isJsonObject).map((one) => ({
          name: text(one, 'name') ?? '',
          value: text(one, 'value') ?? '',
        }))
      : [],
    provideClusterInfo: value['provideClusterInfo'] === true,
    alwaysInteractive: value['interactiveMode'] === 'Always',
  }
}

/** kubectl passes this extension of a cluster to exec plugins. */
function execConfig(extensions: unknown): JsonObject | undefined {
  if (!Array.isArray(extensions)) return undefined
  const one = extensions
    .filter(isJsonObject)
    .find((extension) => extension['name'] === 'client.authentication.k8s.io/exec')
  return isJsonObject(one?.['extension']) ? one['extension'] : undefined
}

function authProvider(value: unknown): string | undefined {
  return isJsonObject(value) ? (text(value, 'name') ?? '') : undefined
}

function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value.map(String) : undefined
}

function textLists(value: unknown): Readonly<Record<string, readonly string[]>> | undefined {
  if (!isJsonObject(value)) return undefined
  const lists = Object.entries(value).map(([name, list]) => [name, texts(list) ?? []] as const)
  return lists.length === 0 ? undefined : Object.fromEntries(lists)
}

function optional<Name extends string, T>(
  name: Name,
  value: T | undefined,
): { readonly [K in Name]?: T } {
  const result: { [K in Name]?: T } = {}
  if (value !== undefined) result[name] = value
  return result
}

function text(fields: JsonObject, name: string): string | undefined {
  return stringOrUndefined(fields[name])
}
