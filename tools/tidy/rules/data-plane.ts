import { packageOf } from '../places.ts'
import type { Rule } from '../rule.ts'

/** Imports that are forbidden in the data plane, in any spelling. */
const kubernetes =
  /kubernetes|k8s|^@fairlead\/(?:kube-core|controller-runtime|apiserver|api|config|operator)(?:\/|$)/

/** The data plane imports nothing from Kubernetes or the control plane, not even a type. */
export const dataPlane: Rule = {
  name: 'data-plane',
  check(tree, { packages }) {
    const inPlane = (path: string) => packages[packageOf(path) ?? '']?.plane === 'data'
    const imports = tree.modules
      .filter(({ path }) => inPlane(path))
      .flatMap((file) => file.imports.map(({ name }) => ({ path: file.path, name })))
    const declared = tree.files
      .filter(({ path }) => path.endsWith('/package.json') && inPlane(path))
      .flatMap(({ path, text }) => {
        const manifest = JSON.parse(text) as { readonly dependencies?: object }
        return Object.keys(manifest.dependencies ?? {}).map((name) => ({ path, name }))
      })
    return [...imports, ...declared]
      .filter(({ name }) => kubernetes.test(name))
      .map(({ path, name }) => ({
        path,
        message: `takes ${name} into the data plane: let the composition hand in what it needs, as a type of @fairlead/snapshot`,
      }))
  },
}
