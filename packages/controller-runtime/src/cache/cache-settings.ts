import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import { escapeFieldValue, parseFieldSelector, parseLabelSelector } from '@fairlead/kube-core'
import type { InformerScope } from '../informer/informer.ts'

/** Which objects are kept: those that both selectors match. */
export interface SelectorSettings {
  readonly labelSelector?: string
  /** Only of fields by which the server can select: `metadata.name`, `metadata.namespace`, few more. */
  readonly fieldSelector?: string
}

/**
 * The namespaces whose objects are kept: names, or names with selectors. The name
 * `allNamespaces` stands for all that are not named. Empty means all.
 */
export type NamespaceSettings = readonly string[] | Readonly<Record<string, SelectorSettings>>

/** The name that stands for all namespaces which are not named. */
export const allNamespaces = ''

/** Of which namespaces what is kept. */
export interface ScopeSettings extends SelectorSettings {
  readonly namespaces?: NamespaceSettings
}

/** What is kept of one kind. What is not said is as for all kinds. */
export interface KindSettings<T extends TypedObject> extends ScopeSettings {
  /** What is kept of each object: a changed copy, or the object. */
  readonly transform?: (object: T) => T
  /** See `CacheSettings`. */
  readonly syncPeriodMs?: number
}

/** The settings of one kind; `kindSettings` makes it. */
export interface SettingsOfKind extends Omit<KindSettings<TypedObject>, 'transform'> {
  readonly type: ResourceType
  readonly transform?: (object: never) => TypedObject
}

/** Settings of one kind, for `CacheSettings.byObject`. */
export function kindSettings<T extends TypedObject>(
  type: ResourceType<T>,
  settings: KindSettings<NoInfer<T>>,
): SettingsOfKind {
  return { type, ...settings }
}

/** What a cache keeps, and of which objects. */
export interface CacheSettings {
  /** For kinds in namespaces. Defaults to all namespaces. */
  readonly defaultNamespaces?: NamespaceSettings
  /** For kinds and namespaces that do not say otherwise. */
  readonly defaultLabelSelector?: string
  readonly defaultFieldSelector?: string
  /** What differs for one kind; at most once for each. */
  readonly byObject?: readonly SettingsOfKind[]
  /**
   * What is kept of each object: a changed copy, or the object. Defaults to `stripManagedFields`; an
   * update of an object without them changes nothing about who owns its fields.
   */
  readonly transform?: <T extends TypedObject>(object: T) => T
  /**
   * How often every object is reported as updated again, ±10 %, from the cache and without a request.
   * Defaults to 10 h as in Go; `Infinity` turns it off. It is no means to notice changes sooner.
   */
  readonly syncPeriodMs?: number
  /**
   * Aborts a watch that received no byte for this long, and resumes it on a new connection. Servers
   * send a bookmark about once a minute. Defaults to 2 min; `Infinity` turns it off.
   */
  readonly idleTimeoutMs?: number
  /**
   * Reads lists as the beginning of a watch (WatchList) from servers that can, and in pages from
   * others. Defaults to true; false always reads pages.
   */
  readonly watchList?: boolean
  /** Is told of each failure of a list or watch, which is logged and tried again in any case. */
  readonly onWatchError?: (error: Error, type: ResourceType) => void
}

/**
 * What the informers of a kind are restricted to, by namespace; one under `allNamespaces` has all
 * others. Throws for namespaces of a kind that has none, and for selectors that cannot be parsed.
 */
export function informerScopes(
  type: ResourceType,
  kind: ScopeSettings,
  defaults: CacheSettings,
): ReadonlyMap<string, InformerScope> {
  if (!type.namespaced) {
    if (kind.namespaces !== undefined) {
      throw new Error(
        `${type.plural} are in no namespace, but the cache is given namespaces for them`,
      )
    }
    return new Map([[allNamespaces, selectorsOf({}, kind, defaults)]])
  }
  const named = byName(kind.namespaces ?? defaults.defaultNamespaces ?? [])
  const others = [...named.keys()].filter((name) => name !== allNamespaces)
  const scopes = [...named].map(([namespace, selectors]): [string, InformerScope] => {
    const scope = selectorsOf(selectors, kind, defaults)
    return [
      namespace,
      namespace === allNamespaces ? without(others, scope) : { namespace, ...scope },
    ]
  })
  return new Map(scopes)
}

function byName(namespaces: NamespaceSettings): ReadonlyMap<string, SelectorSettings> {
  const entries = Array.isArray(namespaces)
    ? (namespaces as readonly string[]).map((name): [string, SelectorSettings] => [name, {}])
    : Object.entries(namespaces as Readonly<Record<string, SelectorSettings>>)
  return new Map(entries.length === 0 ? [[allNamespaces, {}]] : entries)
}

function selectorsOf(
  namespace: SelectorSettings,
  kind: SelectorSettings,
  { defaultLabelSelector, defaultFieldSelector }: CacheSettings,
): SelectorSettings {
  const labelSelector = namespace.labelSelector ?? kind.labelSelector ?? defaultLabelSelector
  const fieldSelector = namespace.fieldSelector ?? kind.fieldSelector ?? defaultFieldSelector
  if (labelSelector !== undefined) parseLabelSelector(labelSelector)
  if (fieldSelector !== undefined) parseFieldSelector(fieldSelector)
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  }
}

/** Nothing of these namespaces, which have informers of their own. */
function without(namespaces: readonly string[], scope: SelectorSettings): SelectorSettings {
  if (namespaces.length === 0) return scope
  const terms = namespaces.map((name) => `metadata.namespace!=${escapeFieldValue(name)}`)
  const { fieldSelector = '' } = scope
  return {
    ...scope,
    fieldSelector: [...terms, fieldSelector].filter((one) => one !== '').join(','),
  }
}
