/** What a prompt asks for, in the order of the classifier's weights. */
export const promptTypes = [
  'Code',
  'Summarization',
  'Extraction',
  'Translation',
  'Reasoning',
  'Conversation',
  'Classification',
  'Creative',
  'Math',
  'QuestionAnswering',
  'Rewriting',
] as const

export type PromptType = (typeof promptTypes)[number]
