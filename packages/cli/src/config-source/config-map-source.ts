import type { ConfigMap } from '@fairlead/kube-types'

/** What ConfigMaps have. */
export interface ConfigMapSource {
  /** By key; undefined where there is no such ConfigMap. Throws an Error in words where that is not known. */
  data(configMap: { readonly namespace: string; readonly name: string }): ConfigMapData | undefined
  /** Calls back when one may have changed; returns a function that unsubscribes it. */
  subscribe(listener: () => void): () => void
}

/** Texts, and bytes of `binaryData`. */
export type ConfigMapData = Readonly<Record<string, string | Uint8Array>>

/** What is in a ConfigMap, which may have been written by hand. */
export function dataOf({
  binaryData,
  data,
}: Pick<ConfigMap, 'binaryData' | 'data'>): ConfigMapData {
  const bytes = Object.entries(binaryData ?? {})
  const texts = Object.entries(data ?? {})
  const entries: readonly (readonly [string, string | Uint8Array])[] = [
    ...bytes.map(([key, value]) => [key, Buffer.from(String(value), 'base64')] as const),
    ...texts.map(([key, value]) => [key, String(value)] as const),
  ]
  return Object.fromEntries(entries)
}
