import { gemini as geminiDialect, geminiEmbeddings } from '@fairlead/llm'
import type { ProviderApis, ProviderType } from './provider-type.ts'

const apis: ProviderApis = [
  {
    dialect: geminiDialect,
    encoding: {},
    prepare({ basePath, headers, body, model, stream }, credential) {
      if (credential !== undefined) headers.push('x-goog-api-key', credential)
      const method = stream ? 'streamGenerateContent?alt=sse' : 'generateContent'
      return { path: `${basePath}/${modelPath(model)}:${method}`, headers, body }
    },
  },
  {
    dialect: geminiEmbeddings,
    encoding: {},
    prepare({ basePath, headers, body, model }, credential) {
      if (credential !== undefined) headers.push('x-goog-api-key', credential)
      return { path: `${basePath}/${modelPath(model)}:batchEmbedContents`, headers, body }
    },
  },
]

/** A model's resource name, which for most is its name below `models/`. */
function modelPath(model: string): string {
  const isResource = /^(?:models|tunedModels)\//.test(model)
  const name = isResource ? model : `models/${model}`
  return name.split('/').map(encodeURIComponent).join('/')
}

/** Google's Gemini API: https://ai.google.dev/api */
export const gemini: ProviderType = {
  type: 'Gemini',
  remote: true,
  address: 'https://generativelanguage.googleapis.com/v1beta',
  versionPath: '/v1beta',
  presets: new Map(),
  telemetryName: 'gcp.gemini',
  needsCredential: true,
  callerKeyHeaders: ['x-goog-api-key', 'authorization'],
  apisOf: () => apis,
}
