import { type ConfigSection, variableIn } from './config-section.ts'
import { credentialsOf } from './provider-credentials.ts'
import type { ProviderDraft } from './provider-draft.ts'
import { plainTextAdvice, type SecretBook } from './secret-book.ts'
import { serverAddress } from './server-address.ts'
import type { Variables } from './variables.ts'

const workloadIdentity = { authentication: { source: 'WorkloadIdentity' as const } }

/** LiteLLM's, where nobody names one. */
const defaultRegion = 'us-west-2'
const defaultLocation = 'us-central1'
const unknownProject = 'unknown-project'
const regionPattern = /^[a-z]{2}(-[a-z]+)+-\d$/

/** A region of Bedrock; `model` may begin with it, as in `us-east-1/anthropic.claude-…`. */
export function bedrockProvider(
  path: string,
  isConverse: boolean,
  params: ConfigSection,
  secrets: SecretBook,
  variables: Variables,
): ProviderDraft {
  const slash = path.indexOf('/')
  const first = path.slice(0, Math.max(0, slash))
  const isRegional = regionPattern.test(first)
  const region =
    (isRegional ? first : params.text('aws_region_name')) ??
    variables.get('AWS_REGION_NAME') ??
    variables.get('AWS_REGION') ??
    defaultRegion
  const endpoint = params.take('aws_bedrock_runtime_endpoint') ?? params.take('api_base')
  const hint = `bedrock-${region}`
  const secret = awsKeys(params, hint, secrets)
  const roleARN = secret === undefined ? params.text('aws_role_name') : undefined
  return {
    hint,
    model: isRegional ? path.slice(slash + 1) : path,
    spec: {
      type: 'Bedrock',
      bedrock: {
        region,
        ...(roleARN === undefined ? {} : { roleARN }),
        ...(isConverse ? { claudeAPI: 'Converse' as const } : {}),
      },
      ...(endpoint === undefined ? {} : { baseURL: serverAddress(endpoint) }),
      ...(secret === undefined ? workloadIdentity : credentialsOf(secret)),
    },
  }
}

/** The Secret with AWS's keys, as its shared credentials file has them, or with an API key of Bedrock. */
function awsKeys(params: ConfigSection, hint: string, secrets: SecretBook) {
  const bearer = params.take('api_key')
  if (bearer !== undefined) return secrets.of(bearer, `${hint}-api-key`)
  const id = params.take('aws_access_key_id')
  const key = params.take('aws_secret_access_key')
  const token = params.take('aws_session_token')
  if (id === undefined || key === undefined) return undefined
  const lines = [
    ['aws_access_key_id', id],
    ['aws_secret_access_key', key],
    ...(token === undefined ? [] : [['aws_session_token', token] as const]),
  ] as const
  const values = lines.map(([, value]) => secrets.textOf(value.scalar() ?? ''))
  if (values.every((value) => value !== undefined)) {
    const isVariable = lines.every(([, value]) => variableIn(value.rawText ?? '') !== undefined)
    if (!isVariable) key.note('todo', `this key stands in plain text: ${plainTextAdvice}`)
    const text = lines.map(([name], index) => `${name} = ${values[index]}\n`).join('')
    return secrets.ofText(`[default]\n${text}`, `${hint}-keys`)
  }
  const names = lines.map(([name, value]) => `${name} = the value of ${value.rawText ?? ''}`)
  const holds = `AWS's shared credentials file: [default], then ${names.join(', then ')}`
  key.note('todo', "a Secret needs AWS's keys: see secrets.yaml")
  return secrets.empty(`${hint}-keys`, holds.replaceAll('os.environ/', '$'))
}

/** A project in a location of Vertex AI. */
export function vertexProvider(
  model: string,
  params: ConfigSection,
  secrets: SecretBook,
  variables: Variables,
): ProviderDraft {
  const named = params.take('vertex_project') ?? params.take('vertex_ai_project')
  const project =
    named?.text(unknownProject) ??
    variables.get('VERTEXAI_PROJECT') ??
    variables.get('VERTEX_PROJECT')
  const location =
    params.text('vertex_location') ??
    params.text('vertex_ai_location') ??
    variables.get('VERTEXAI_LOCATION') ??
    variables.get('VERTEX_LOCATION') ??
    defaultLocation
  if (project === undefined && named === undefined) {
    params
      .take('model')
      ?.note(
        'lost',
        `the project is not known here: replace ${unknownProject} in spec.vertex by hand`,
      )
  }
  const hint = `vertex-${location}`
  const secret = serviceAccountKey(params, hint, secrets)
  const address = params.take('api_base')
  if (address !== undefined) {
    address.note(
      'lost',
      'the address of Vertex AI follows from spec.vertex; for a private one set spec.baseURL',
    )
  }
  return {
    hint,
    model,
    spec: {
      type: 'VertexAI',
      vertex: { project: project ?? unknownProject, location },
      ...(secret === undefined ? workloadIdentity : credentialsOf(secret)),
    },
  }
}

/** `vertex_credentials` is the key of a service account, or the path of its file. */
function serviceAccountKey(params: ConfigSection, hint: string, secrets: SecretBook) {
  const value = params.take('vertex_credentials') ?? params.take('vertex_ai_credentials')
  const text = value?.rawText
  if (value === undefined || text === undefined) return undefined
  if (text.startsWith('os.environ/') || text.startsWith('{'))
    return secrets.of(value, `${hint}-key`)
  value.note('todo', 'a Secret needs the key of the service account in this file: see secrets.yaml')
  const holds = `the file ${JSON.stringify(text)}: the JSON key of a service account`
  return secrets.empty(`${hint}-key`, holds)
}
