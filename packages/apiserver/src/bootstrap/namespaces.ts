import { systemNamespaces } from '../core-kinds/core/namespace.ts'
import type { BootstrapObject } from './bootstrap-object.ts'

/** The namespaces that every cluster has. */
export function bootstrapNamespaces(): BootstrapObject[] {
  return systemNamespaces.map((name) => ({
    resource: 'namespaces',
    apiVersion: 'v1',
    kind: 'Namespace',
    name,
    labels: { 'kubernetes.io/metadata.name': name },
    content: { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } },
    owned: {},
  }))
}
