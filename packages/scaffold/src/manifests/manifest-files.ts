import type { ProjectFile } from '../project-file.ts'
import { access, peoplesRoles } from './access.ts'
import { deployment } from './deployment.ts'
import type { Installation, OperatorDescription } from './operator-description.ts'
import { installedDefinition, webhooks } from './webhooks.ts'
import { yamlText } from './yaml-text.ts'

/** What every pod of an operator gets, unless somebody says otherwise. */
export const resourcesDefault = {
  requests: { cpu: '10m', memory: '128Mi' },
  limits: { memory: '512Mi' },
}

/** Everything that an operator is in a cluster, apart from its definitions and its namespace. */
export function operatorObjects(
  operator: OperatorDescription,
  installation: Installation,
): readonly object[] {
  return [
    ...access(operator, installation),
    ...peoplesRoles(operator),
    metricsService(operator, installation),
    deployment(operator, installation),
    ...webhooks(operator, installation),
  ]
}

/** The manifests of an operator for `kubectl apply -k`, a file for each definition. */
export function manifestFiles(operator: OperatorDescription): readonly ProjectFile[] {
  const { name, image, version } = operator
  const installation: Installation = {
    namespace: `${name}-system`,
    image: `${image}:${version}`,
    replicas: 2,
    resources: resourcesDefault,
    extraArgs: [],
  }
  const definitions = operator.crds.map((crd) => ({
    path: `crds/${crd.metadata.name}.yaml`,
    text: yamlText([installedDefinition(crd, operator, installation)]),
  }))
  const files = [
    ...definitions,
    {
      path: 'operator.yaml',
      text: yamlText([namespace(installation), ...operatorObjects(operator, installation)]),
    },
  ]
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: files.map(({ path }) => path),
  }
  return [...files, { path: 'kustomization.yaml', text: yamlText([kustomization]) }].map(
    ({ path, text }) => ({ path: `manifests/${path}`, text }),
  )
}

/** Nothing that could harm a node runs beside an operator. */
function namespace({ namespace: name }: Installation): object {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  }
}

function metricsService(operator: OperatorDescription, { namespace: where }: Installation): object {
  const { name } = operator
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: `${name}-metrics`,
      namespace: where,
      labels: { 'app.kubernetes.io/name': name },
    },
    spec: {
      selector: { 'app.kubernetes.io/name': name },
      ports: [{ name: 'metrics', port: 8443, targetPort: 'metrics' }],
    },
  }
}
