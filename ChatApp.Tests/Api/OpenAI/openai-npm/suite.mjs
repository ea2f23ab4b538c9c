// OpenAI's own client for JavaScript against the edge: every endpoint and field, as that client parses the answers.
// BASE_URL: the edge's /v1. LIMITED_KEY: a key of an account with 20 requests a minute. NARROW_KEY: one without the scope
// "chat". CONVERSATION: an empty conversation of the account that needs no key.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';

const model = 'chatapp-nano';
const embedder = 'snowflake-arctic-embed-xs';
const hello = [{ role: 'user', content: 'Hello' }];
const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string', enum: ['Paris', 'Lima'] }, days: { type: 'integer', enum: [1, 2] } }, required: ['city', 'days'], additionalProperties: false },
  },
};
const connect = (apiKey, options = {}) => new OpenAI({ apiKey, baseURL: process.env.BASE_URL, maxRetries: 0, ...options });
const client = connect('not-needed');
const ask = (fields) => client.chat.completions.create({ model, messages: hello, max_completion_tokens: 6, temperature: 0, ...fields });

test('models are listed, and one is described with what it can do', async () => {
  const ids = [];
  for await (const listed of client.models.list()) ids.push(listed.id);
  assert.ok(ids.includes(model) && ids.includes(embedder), ids.join());
  const described = await client.models.retrieve(model);
  assert.equal(described.object, 'model');
  assert.ok(described.context_window > 0 && described.capabilities.includes('chat'), JSON.stringify(described));
});

test('an answer comes whole', async () => {
  const answer = await ask({});
  assert.match(answer.id, /^chatcmpl-/);
  assert.equal(answer.object, 'chat.completion');
  assert.ok(Math.abs(answer.created - Date.now() / 1000) < 600);
  assert.equal(answer.choices.length, 1);
  assert.equal(answer.choices[0].message.role, 'assistant');
  assert.ok(answer.choices[0].message.content.length > 0);
  assert.ok(['stop', 'length'].includes(answer.choices[0].finish_reason));
  assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
});

test('an answer streams in pieces that add up to the same', async () => {
  const whole = await ask({ max_completion_tokens: 16 });
  const stream = await ask({ max_completion_tokens: 16, stream: true, stream_options: { include_usage: true } });
  let text = '', pieces = 0, finish = null, usage = null, last = null;
  for await (const chunk of stream) {
    assert.equal(chunk.object, 'chat.completion.chunk');
    assert.match(chunk.id, /^chatcmpl-/);
    for (const choice of chunk.choices) {
      if (choice.delta.content) { text += choice.delta.content; pieces++; }
      finish = choice.finish_reason ?? finish;
    }
    usage = chunk.usage ?? usage;
    last = chunk;
  }
  assert.equal(text, whole.choices[0].message.content);
  assert.ok(pieces > 1);
  assert.equal(finish, whole.choices[0].finish_reason);
  assert.equal(usage.completion_tokens, whole.usage.completion_tokens);
  assert.deepEqual(last.choices, []);
});

test('a stream that did not ask for usage has none', async () => {
  for await (const chunk of await ask({ stream: true })) assert.ok(!chunk.usage);
});

test('the client folds a stream into the whole answer', async () => {
  const stream = client.chat.completions.stream({ model, messages: hello, max_completion_tokens: 8, temperature: 0, stream_options: { include_usage: true } });
  let streamed = '';
  stream.on('content', (delta) => { streamed += delta; });
  const final = await stream.finalChatCompletion();
  assert.equal(final.choices[0].message.content, streamed);
  assert.ok(final.usage.completion_tokens > 0);
});

const honoured = {
  n: [{ n: 3 }, (answer) => assert.deepEqual(answer.choices.map((choice) => choice.index), [0, 1, 2])],
  stop: [{ stop: 'e' }, (answer) => assert.ok(!answer.choices[0].message.content.includes('e'))],
  'several stops': [{ stop: ['e', 'o'] }, (answer) => assert.ok(!/[eo]/.test(answer.choices[0].message.content))],
  max_tokens: [{ max_completion_tokens: undefined, max_tokens: 2 }, (answer) => assert.ok(answer.usage.completion_tokens <= 2 && answer.choices[0].finish_reason === 'length')],
  max_completion_tokens: [{ max_completion_tokens: 3 }, (answer) => assert.equal(answer.usage.completion_tokens, 3)],
  logprobs: [{ logprobs: true, top_logprobs: 3 }, (answer) => {
    const tokens = answer.choices[0].logprobs.content;
    assert.equal(tokens.length, answer.usage.completion_tokens);
    assert.ok(tokens.every((token) => token.logprob <= 0 && token.top_logprobs.length === 3));
    assert.equal(tokens.map((token) => token.token).join(''), answer.choices[0].message.content);
  }],
  'content parts': [{ messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] }, (answer) => assert.ok(answer.choices[0].message.content)],
  'system and developer messages': [{ messages: [{ role: 'developer', content: 'Be brief.' }, { role: 'system', content: 'Be kind.' }, ...hello] }, (answer) => assert.ok(answer.choices[0].message.content)],
  'text format': [{ response_format: { type: 'text' } }, (answer) => assert.ok(answer.choices[0].message.content)],
  'JSON format': [{ response_format: { type: 'json_object' }, max_completion_tokens: 200 }, (answer) => answer.choices[0].finish_reason === 'stop' && JSON.parse(answer.choices[0].message.content)],
  'penalties, top_p and the rest': [{
    frequency_penalty: 0.5, presence_penalty: 0.5, top_p: 0.9, temperature: 0.7, user: 'someone', metadata: { purpose: 'test' }, modalities: ['text'], store: false,
    service_tier: 'auto', prompt_cache_key: 'key', safety_identifier: 'someone', parallel_tool_calls: undefined,
  }, (answer) => assert.ok(answer.choices[0].message.content)],
};
for (const [name, [fields, check]] of Object.entries(honoured)) {
  test(`honoured: ${name}`, async () => check(await ask(fields)));
}

test('honoured: seed, so that a draw can be repeated', async () => {
  const draw = async (seed) => (await ask({ temperature: 1.5, seed, max_completion_tokens: 12 })).choices[0].message.content;
  assert.equal(await draw(7), await draw(7));
  const others = await Promise.all([8, 9, 10, 11].map(draw));
  assert.ok(others.some((text) => text !== others[0]));
});

test('honoured: logit_bias', async () => {
  const first = (await ask({ max_completion_tokens: 1 })).choices[0].message.content;
  for (let token = 0, banned = {}; token < 2000; token++) {
    banned[token] = -100;
    if (token === 1999) assert.notEqual((await ask({ max_completion_tokens: 1, logit_bias: banned }).catch((error) => { assert.equal(error.status, 400); return { choices: [{ message: {} }] }; })).choices[0].message.content, first);
  }
  assert.equal((await ask({ max_completion_tokens: 1, logit_bias: { 3: -100 } })).choices.length, 1);
});

const refused = {
  audio: { audio: { voice: 'alloy', format: 'mp3' }, modalities: ['text', 'audio'] },
  prediction: { prediction: { type: 'content', content: 'x' } },
  functions: { functions: [{ name: 'f', parameters: {} }] },
  web_search_options: { web_search_options: {} },
  store: { store: true },
  temperature: { temperature: 3 },
  n: { n: 1000 },
  top_logprobs: { top_logprobs: 2 },
  messages: { messages: [] },
  a_misspelt_field: { a_misspelt_field: 1 },
};
for (const [name, fields] of Object.entries(refused)) {
  test(`refused by name: ${name}`, async () => {
    const error = await ask(fields).then(() => assert.fail('was accepted'), (error) => error);
    assert.ok(error instanceof OpenAI.BadRequestError, String(error));
    assert.equal(error.type, 'invalid_request_error');
    assert.ok((error.param + error.message).includes(name), error.message);
  });
}

test('an image by address is refused: the server fetches nothing that a caller names', async () => {
  const error = await ask({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'http://169.254.169.254/x.png' } }] }] }).catch((error) => error);
  assert.ok(error instanceof OpenAI.BadRequestError);
});

test('an answer follows a JSON schema', async () => {
  const schema = { type: 'object', properties: { name: { type: 'string', maxLength: 12 }, age: { type: 'integer', minimum: 0, maximum: 99 } }, required: ['name', 'age'], additionalProperties: false };
  const answer = await client.chat.completions.parse({ model, messages: [{ role: 'user', content: 'Ada is 36.' }], max_completion_tokens: 120, response_format: { type: 'json_schema', json_schema: { name: 'person', strict: true, schema } } });
  const person = JSON.parse(answer.choices[0].message.content);
  assert.deepEqual(Object.keys(person).sort(), ['age', 'name']);
  assert.ok(Number.isInteger(person.age));
});

test('a tool is called whole', async () => {
  const answer = await ask({ messages: [{ role: 'user', content: 'Weather in Paris for 2 days?' }], tools: [weather], tool_choice: 'required', max_completion_tokens: 120 });
  const [choice] = answer.choices;
  assert.equal(choice.finish_reason, 'tool_calls');
  const [call] = choice.message.tool_calls;
  assert.equal(call.type, 'function');
  assert.ok(call.id.length > 0);
  assert.equal(call.function.name, 'get_weather');
  const given = JSON.parse(call.function.arguments);
  assert.ok(['Paris', 'Lima'].includes(given.city) && [1, 2].includes(given.days), call.function.arguments);
});

test('a tool call streams in fragments', async () => {
  const stream = client.chat.completions.stream({ model, messages: [{ role: 'user', content: 'Weather in Paris for 2 days?' }], tools: [weather], tool_choice: { type: 'function', function: { name: 'get_weather' } }, max_completion_tokens: 120, temperature: 0 });
  let fragments = 0;
  for await (const chunk of stream) {
    for (const call of chunk.choices[0]?.delta.tool_calls ?? []) {
      assert.equal(call.index, 0);
      if (call.function?.arguments) fragments++;
    }
  }
  const final = await stream.finalChatCompletion();
  const [call] = final.choices[0].message.tool_calls;
  assert.equal(call.function.name, 'get_weather');
  JSON.parse(call.function.arguments);
  assert.ok(fragments > 1, `${fragments} fragment`);
  assert.equal(final.choices[0].finish_reason, 'tool_calls');
});

test('the client runs a tool and hands its result back', async () => {
  let asked = 0;
  const runner = client.chat.completions.runTools({
    model, messages: [{ role: 'user', content: 'Weather in Lima for 1 day?' }], max_completion_tokens: 120, temperature: 0, tool_choice: { type: 'function', function: { name: 'get_weather' } },
    tools: [{ type: 'function', function: { ...weather.function, parse: JSON.parse, function: async (given) => { asked++; assert.ok(given.city); return 'sunny'; } } }],
  }, { maxChatCompletions: 2 });
  await runner.done();
  assert.equal(asked, 1);
  assert.ok(runner.messages.some((message) => message.role === 'tool' && message.content === 'sunny'));
});

test('no tool is called when none may be', async () => {
  const answer = await ask({ tools: [weather], tool_choice: 'none' });
  assert.ok(!answer.choices[0].message.tool_calls?.length);
});

test('texts are embedded, as numbers and in base64', async () => {
  const floats = await client.embeddings.create({ model: embedder, input: ['the red apple', 'a red apple', 'quantum physics'], encoding_format: 'float' });
  assert.equal(floats.object, 'list');
  assert.deepEqual(floats.data.map((item) => item.index), [0, 1, 2]);
  assert.ok(floats.data.every((item) => item.embedding.length === 384));
  assert.ok(floats.usage.prompt_tokens > 0);
  // Without a format the client asks for base64 and decodes it by itself.
  const decoded = await client.embeddings.create({ model: embedder, input: 'the red apple' });
  assert.equal(decoded.data[0].embedding.length, 384);
  decoded.data[0].embedding.forEach((value, i) => assert.ok(Math.abs(value - floats.data[0].embedding[i]) < 1e-5));
  const short = await client.embeddings.create({ model: embedder, input: 'the red apple', dimensions: 64 });
  assert.equal(short.data[0].embedding.length, 64);
});

test('plain completions come whole and as a stream', async () => {
  const fields = { model, prompt: 'Once upon', max_tokens: 8, temperature: 0 };
  const whole = await client.completions.create({ ...fields, logprobs: 2 });
  assert.equal(whole.object, 'text_completion');
  assert.ok(whole.choices[0].text.length > 0);
  assert.equal(whole.choices[0].logprobs.tokens.length, whole.usage.completion_tokens);
  let text = '';
  for await (const chunk of await client.completions.create({ ...fields, stream: true })) text += chunk.choices[0]?.text ?? '';
  assert.equal(text, whole.choices[0].text);
});

test('errors are raised as the client names them', async () => {
  const wrongKey = await connect('sk-wrong').models.list().catch((error) => error);
  assert.ok(wrongKey instanceof OpenAI.AuthenticationError);
  assert.equal(wrongKey.code, 'invalid_api_key');
  const noScope = await connect(process.env.NARROW_KEY).chat.completions.create({ model, messages: hello }).catch((error) => error);
  assert.ok(noScope instanceof OpenAI.PermissionDeniedError);
  const noModel = await ask({ model: 'gpt-99' }).catch((error) => error);
  assert.ok(noModel instanceof OpenAI.NotFoundError);
  assert.equal(noModel.code, 'model_not_found');
  const noModelStreamed = await ask({ model: 'gpt-99', stream: true }).catch((error) => error);
  assert.ok(noModelStreamed instanceof OpenAI.NotFoundError);
  const tooLong = await ask({ messages: [{ role: 'user', content: 'word '.repeat(60000) }] }).catch((error) => error);
  assert.ok(tooLong instanceof OpenAI.BadRequestError);
  assert.equal(tooLong.code, 'context_length_exceeded');
  assert.ok(noModel.requestID, 'an answer has its request id');
});

test('a conversation is a completion too; a repeated id is the same turn, and a stale parent a conflict', async () => {
  const conversation_id = process.env.CONVERSATION;
  const fields = { model, messages: hello, max_tokens: 4, temperature: 0, conversation_id, request_id: `npm-${conversation_id}` };
  const first = await client.chat.completions.create(fields);
  assert.equal(first.conversation_id, conversation_id);
  const again = await client.chat.completions.create(fields);
  assert.equal(again.id, first.id);
  const reused = await client.chat.completions.create({ ...fields, messages: [{ role: 'user', content: 'Something else' }] }).catch((error) => error);
  assert.ok(reused instanceof OpenAI.UnprocessableEntityError);
  let text = '';
  for await (const chunk of await client.chat.completions.create({ ...fields, request_id: undefined, parent_id: first.message_id, stream: true })) text += chunk.choices[0]?.delta.content ?? '';
  assert.ok(text.length > 0);
  const stale = await client.chat.completions.create({ ...fields, request_id: undefined, parent_id: first.message_id }).catch((error) => error);
  assert.ok(stale instanceof OpenAI.ConflictError);
});

test('a cancelled stream ends at once, a call that takes too long is given up, and the next one works', async () => {
  const abort = new AbortController();
  const stream = await client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Tell me a long story.' }], stream: true, max_completion_tokens: 400 }, { signal: abort.signal });
  let chunks = 0;
  for await (const _ of stream) if (++chunks === 2) abort.abort();
  assert.ok(chunks < 400);
  const whole = new AbortController();
  const pending = client.chat.completions.create({ model, messages: hello, max_completion_tokens: 400 }, { signal: whole.signal });
  whole.abort();
  assert.ok(await pending.catch((error) => error) instanceof OpenAI.APIUserAbortError);
  const slow = await client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Tell me a long story.' }] }, { timeout: 1 }).catch((error) => error);
  assert.ok(slow instanceof OpenAI.APIConnectionTimeoutError);
  assert.ok((await ask({})).choices.length === 1);
});

test('a limit is announced, raised, and waited for', async () => {
  const limited = connect(process.env.LIMITED_KEY);
  const embed = (options) => limited.embeddings.create({ model: embedder, input: 'x' }, options);
  const { response } = await embed().withResponse();
  assert.equal(response.headers.get('x-ratelimit-limit-requests'), '20');
  let error = null;
  for (let i = 0; i < 60 && !error; i++) error = await embed().then(() => null, (error) => error);
  assert.ok(error instanceof OpenAI.RateLimitError, String(error));
  assert.equal(error.code, 'rate_limit_exceeded');
  assert.equal(error.type, 'requests');
  assert.ok(Number(error.headers.get('retry-after')) > 0);
  assert.equal(error.headers.get('x-ratelimit-remaining-requests'), '0');
  // Left to itself the client waits as long as it is told, and then succeeds.
  assert.equal((await embed({ maxRetries: 3 })).data.length, 1);
});
