"""English text written for these tests (public domain, CC0). Used to train tiny tokenizers and to draw batches."""

PARAGRAPHS = [
    "The harbour was quiet in the early morning, and the fishing boats rocked gently against the wooden pier. "
    "An old man walked along the water's edge with his dog, stopping now and then to look at the clouds over the sea. "
    "He had worked on these boats for forty years, and he could still tell the weather from the colour of the sky.",
    "A model is trained by showing it many examples and changing its weights a little after each one. "
    "When the loss goes down, the model has learned something; when it goes up, the learning rate may be too high. "
    "The same batch, the same seed and the same optimizer should always give the same numbers.",
    "In the spring of 1987 the city council voted to build a new library beside the river. "
    "It took 4 years, cost 12.5 million dollars, and opened with 230,000 books on its shelves. "
    "Today more than 900 people visit it every day, although most of them come for the warm rooms and the quiet.",
    "\"Where did you put the keys?\" she asked. \"They're on the table, next to the bread,\" he said, \"unless the cat has moved them again.\" "
    "She laughed, picked up her coat, and went out into the rain without an umbrella.",
    "To make a simple soup, chop two onions and three carrots, and cook them slowly in butter until they are soft. "
    "Add a litre of water, a handful of lentils, some salt and a bay leaf. "
    "Let it simmer for half an hour; stir it from time to time, and serve it hot with lemon and fresh parsley.",
    "Every program that reads a file must decide what to do when the file is missing, too large, or damaged. "
    "A careful program says what was wrong, where it was found, and what the reader can do about it. "
    "A careless program prints nothing and returns zero.",
    "The planet has two small moons, which rise in the west and set in the east. "
    "Because they move faster than the planet turns, an observer on the ground would see them cross the sky twice a day. "
    "Neither of them is large enough to be round, and both are covered with dust and craters.",
    "Our team won the match by a single goal in the last minute. "
    "The crowd sang all the way back to the station, and the trains were so full that many of us had to walk home. "
    "Nobody minded, because the night was warm and everyone was happy.",
    "Dear Anna, thank you for the letter and for the photographs of the garden. "
    "The roses look wonderful this year, and I can hardly believe how tall the apple trees have grown. "
    "We hope to visit you in September, when the children are back at school and the roads are less busy.",
    "Questions and answers: What is the capital of France? Paris. How many legs does a spider have? Eight. "
    "Who wrote the play about the prince of Denmark? Shakespeare. Is water heavier than oil? Yes, it is. "
    "Can a whale breathe under water? No, it cannot; it must come up for air.",
    "The engineer measured the bridge at noon, when the steel was warm, and again at midnight, when it was cold. "
    "The difference was nearly nine centimetres. She wrote both numbers in her notebook, together with the date, "
    "the temperature and the name of the person who had held the other end of the tape.",
    "If the value is greater than the limit, clip it; otherwise leave it as it is. "
    "Then divide the sum by the number of valid tokens, not by the number of rows, and check that the result is finite. "
    "Padding must never change the answer.",
]

# strings every tokenizer is asked about (ids, decode)
TOKEN_CASES = [
    "",
    " ",
    "Hello, world!",
    "  leading and trailing  ",
    "tabs\tand\nnewlines\r\n\n  end",
    "The quick brown fox jumps over the lazy dog.",
    "don't won't I'll we've they're it's I'm he'd",
    "12345 3.14159 1,000,000 2024-05-17",
    "caf\u00e9 na\u00efve \u00c5ngstr\u00f6m \u00fcber \u00dcBER stra\u00dfe",
    "cafe\u0301 (decomposed) \u212b \ufb01n \u2460",
    "\u4f60\u597d\uff0c\u4e16\u754c \u3053\u3093\u306b\u3061\u306f \uc548\ub155",
    "emoji \U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1eb\U0001f1f7 \u2764\ufe0f done",
    "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd \u0928\u092e\u0938\u094d\u0924\u0947",
    "code: for(int i=0;i<10;++i){ x[i] += y*2; } // done",
    "{SPECIALS}",
    "zero\u200bwidth\u00a0nbsp\u3000ideographic\u2028line",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "MiXeD CaSe UPPER lower",
]

PAIR_CASES = [
    ["What is the capital of France?", "Paris is the capital of France."],
    ["short", "a longer second sentence, with punctuation; and numbers 42."],
    ["", "only the second"],
]

MESSAGES = [
    [{"role": "user", "content": "Hello there"}],
    [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is 2+2?"}],
    [{"role": "user", "content": " padded \n"}, {"role": "assistant", "content": "ok  "},
     {"role": "user", "content": "caf\u00e9 \U0001f600?"}],
    [{"role": "system", "content": "Line one.\nLine two."}, {"role": "user", "content": "A"},
     {"role": "assistant", "content": "B"}, {"role": "user", "content": "C"}, {"role": "assistant", "content": "D"}],
]

CHATML = (
    "{% for message in messages %}"
    "{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")

LLAMA3 = (
    "{% set loop_messages = messages %}{% for message in loop_messages %}"
    "{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}"
    "{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}")

MISTRAL = (
    "{%- if messages[0]['role'] == 'system' %}\n    {%- set system_message = messages[0]['content'] %}\n"
    "    {%- set loop_messages = messages[1:] %}\n{%- else %}\n    {%- set loop_messages = messages %}\n{%- endif %}\n\n"
    "{{- bos_token }}\n{%- for message in loop_messages %}\n"
    "    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}\n"
    "        {{- raise_exception('conversation roles must alternate') }}\n    {%- endif %}\n"
    "    {%- if message['role'] == 'user' %}\n"
    "        {%- if loop.first and system_message is defined %}\n"
    "            {{- ' [INST] ' + system_message + '\\n\\n' + message['content'] + ' [/INST]' }}\n        {%- else %}\n"
    "            {{- ' [INST] ' + message['content'] + ' [/INST]' }}\n        {%- endif %}\n"
    "    {%- elif message['role'] == 'assistant' %}\n        {{- ' ' + message['content'] + eos_token}}\n"
    "    {%- else %}\n        {{- raise_exception('only user and assistant roles') }}\n    {%- endif %}\n{%- endfor %}\n")

GEMMA = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for message in messages %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}"
    "{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}"
    "{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}")

QWEN3 = (
    "{%- if messages[0].role == 'system' %}\n    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}\n{%- endif %}\n"
    "{%- set ns = namespace(last=messages|length - 1) %}\n"
    "{%- for message in messages %}\n    {%- if (message.role == \"user\") or (message.role == \"system\" and not loop.first) %}\n"
    "        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}\n"
    "    {%- elif message.role == \"assistant\" %}\n        {%- set content = message.content %}\n"
    "        {%- if '</think>' in content %}\n            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}\n        {%- endif %}\n"
    "        {%- if loop.index0 == ns.last %}\n"
    "            {{- '<|im_start|>' + message.role + '\\n<think>\\n\\n</think>\\n\\n' + content.lstrip('\\n') }}\n        {%- else %}\n"
    "            {{- '<|im_start|>' + message.role + '\\n' + content }}\n        {%- endif %}\n        {{- '<|im_end|>\\n' }}\n"
    "    {%- endif %}\n{%- endfor %}\n"
    "{%- if add_generation_prompt %}\n    {{- '<|im_start|>assistant\\n' }}\n"
    "    {%- if enable_thinking is defined and enable_thinking is false %}\n        {{- '<think>\\n\\n</think>\\n\\n' }}\n    {%- endif %}\n{%- endif %}")
TEMPLATES = {"chatml": CHATML, "llama3": LLAMA3, "mistral": MISTRAL, "gemma": GEMMA, "qwen3": QWEN3}
