import type { ProjectFile } from '../project-file.ts'
import { operatorObjects, resourcesDefault } from './manifest-files.ts'
import type { Installation, OperatorDescription } from './operator-description.ts'
import { installedDefinition } from './webhooks.ts'
import { generatedMark, schemaText, yamlText } from './yaml-text.ts'

/** What stands for a value until the text of a template is made: no manifest says such a thing. */
const placeholders: Installation = {
  namespace: 'FAIRLEAD_NAMESPACE',
  image: 'FAIRLEAD_IMAGE',
  replicas: 'FAIRLEAD_REPLICAS',
  resources: 'FAIRLEAD_RESOURCES',
  extraArgs: ['FAIRLEAD_EXTRA_ARGS'],
}

const closed = (properties: object) => ({ type: 'object', additionalProperties: false, properties })

/** Helm refuses values that it does not describe: one that is misspelt would do nothing. */
const valuesSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  ...closed({
    image: closed({ repository: { type: 'string' }, tag: { type: ['string', 'number'] } }),
    replicas: { type: 'integer', minimum: 0 },
    resources: closed({
      requests: { type: 'object' },
      limits: { type: 'object' },
      claims: { type: 'array' },
    }),
    extraArgs: { type: 'array', items: { type: 'string' } },
    crds: closed({ install: { type: 'boolean' } }),
    // What Helm itself adds.
    global: { type: 'object' },
  }),
}

/**
 * The same as a Helm chart, whose values are the image, the replicas, the resources and further
 * flags. Definitions are among the templates, so that an upgrade brings them, and stay when the chart
 * is uninstalled.
 */
export function chartFiles(operator: OperatorDescription): readonly ProjectFile[] {
  const { name, version, image, crds } = operator
  const chart = {
    apiVersion: 'v2',
    name,
    description: `The operator ${name}`,
    type: 'application',
    version,
    appVersion: version,
  }
  const values = {
    image: { repository: image, tag: '' },
    replicas: 2,
    resources: resourcesDefault,
    extraArgs: [],
    crds: { install: true },
  }
  const definitions = crds.map((crd) =>
    installedDefinition(keptOnUninstall(crd), operator, placeholders),
  )
  return [
    { path: 'chart/Chart.yaml', text: yamlText([chart]) },
    { path: 'chart/values.yaml', text: yamlText([values]) },
    { path: 'chart/values.schema.json', text: schemaText(valuesSchema) },
    ...(crds.length === 0
      ? []
      : [
          {
            path: 'chart/templates/crds.yaml',
            text: `${generatedMark}{{- if .Values.crds.install }}\n${template(definitions)}{{- end }}\n`,
          },
        ]),
    {
      path: 'chart/templates/operator.yaml',
      text: `${generatedMark}${template(operatorObjects(operator, placeholders))}`,
    },
  ]
}

function keptOnUninstall<T extends { readonly metadata: object }>(crd: T): T {
  const { annotations } = crd.metadata as { readonly annotations?: object }
  const kept = { ...annotations, 'helm.sh/resource-policy': 'keep' }
  return { ...crd, metadata: { ...crd.metadata, annotations: kept } }
}

function template(objects: readonly object[]): string {
  return yamlText(objects)
    .slice(generatedMark.length)
    .replaceAll('{{', '{{ "{{" }}')
    .replaceAll('FAIRLEAD_NAMESPACE', '{{ .Release.Namespace | quote }}')
    .replaceAll('FAIRLEAD_REPLICAS', '{{ .Values.replicas }}')
    .replaceAll(
      'FAIRLEAD_IMAGE',
      '{{ printf "%s:%v" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) | quote }}',
    )
    .replaceAll(
      /^( *)resources: FAIRLEAD_RESOURCES$/gm,
      (_line, indent: string) =>
        `${indent}resources: {{- toYaml .Values.resources | nindent ${indent.length + 2} }}`,
    )
    .replaceAll(
      /^( *)- FAIRLEAD_EXTRA_ARGS$/gm,
      (_line, indent: string) =>
        `${indent}{{- with .Values.extraArgs }}\n${indent}{{- toYaml . | nindent ${indent.length} }}\n${indent}{{- end }}`,
    )
}
