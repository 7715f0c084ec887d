const path = '/api/v1/namespaces/default/configmaps'

/** Where the ConfigMaps of a round are. */
export const configMapsPath = path

/** A ConfigMap of about 1 KB. */
export function configMap(name: string, value = ''): string {
  const data = { text: 'x'.repeat(900), value }
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data })
}
