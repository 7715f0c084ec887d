import { uniqueFields } from '../../json/unique-fields.ts'

const block = uniqueFields(['text'], {
  toolUse: uniqueFields(['toolUseId', 'name', 'input', 'type']),
  toolResult: uniqueFields(['toolUseId', 'content', 'status', 'type']),
  reasoningContent: uniqueFields(['reasoningText', 'redactedContent']),
})

/** The fields that the gateway decides on. Schemas and arguments of tools are not among them. */
export const decidedFields = uniqueFields(
  ['context', 'requestMetadata', 'serviceTier', 'additionalModelRequestFields', 'guardrailConfig'],
  {
    messages: uniqueFields(['role'], { content: block }),
    system: uniqueFields(['text', 'cachePoint', 'guardContent']),
    inferenceConfig: uniqueFields(['maxTokens', 'temperature', 'topP', 'stopSequences']),
    toolConfig: uniqueFields(['toolChoice'], {
      tools: uniqueFields(['cachePoint', 'systemTool'], {
        toolSpec: uniqueFields(['name', 'description', 'inputSchema', 'strict']),
      }),
    }),
    outputConfig: uniqueFields(['effort', 'textFormat']),
  },
)
