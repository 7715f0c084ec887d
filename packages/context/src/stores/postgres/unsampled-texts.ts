const texts = {
  conversations: ['subject', 'metadata', 'branches', 'pinned', 'epoch', 'body'],
  turns: ['idempotency_key'],
  turn_texts: ['body', 'output'],
  turn_outlines: ['outline'],
  plans: ['body'],
  responses: ['error', 'body', 'input', 'output'],
  response_frames: ['frame'],
  answers: ['key', 'output', 'whole'],
  records: ['body'],
}

/** Version 4: what people have said is not among the samples that the planner keeps of columns. */
export const unsampledTexts = Object.entries(texts)
  .map(([table, columns]) => {
    const changes = columns.map((column) => `ALTER COLUMN ${column} SET STATISTICS 0`)
    return `ALTER TABLE fairlead.${table} ${changes.join(', ')};`
  })
  .join('\n')
