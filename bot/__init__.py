"""So Tay Bot: the chat-bot front end of the electronic handbook of Party members."""
